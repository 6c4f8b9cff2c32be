package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Flags;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Engine;
import atoll.engine.Inventory;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Capacity;
import atoll.model.ProjectId;
import atoll.model.ServiceState;
import atoll.model.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the host is and holds: hosts, pools, capabilities. Source: Block Storage API v3, Hosts,
 * Back-end storage pools, Capabilities for storage back ends.
 */
final class HostRoutes {
  private static final Usage NONE = new Usage(0, 0);
  private static final int NAMED_POOLS = 28;

  private final Engine engine;
  private final HostServices services;

  HostRoutes(Engine engine, HostServices services) {
    this.engine = engine;
    this.services = services;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/os-hosts", Access.ADMIN, this::hosts);
    api.add(HttpMethod.GET, "/os-hosts/{host}", Access.ADMIN, this::host);
    api.add(HttpMethod.GET, "/scheduler-stats/get_pools", Access.ADMIN, this::pools);
    api.add(HttpMethod.GET, "/capabilities/{host}", Access.ADMIN, this::capabilities);
  }

  private Response hosts(Call call) {
    String zone = call.query("zone");
    boolean here = zone == null || zone.isEmpty() || zone.equals(services.zone());
    List<ServiceState> found = here ? services.list() : List.of();
    return Response.json(200, Map.of("hosts", found.stream().map(this::shown).toList()));
  }

  private Map<String, Object> shown(ServiceState service) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("host_name", service.host());
    shown.put("service", service.name());
    shown.put("zone", services.zone());
    shown.put("service-status", "available");
    shown.put("service-state", service.enabled() ? "enabled" : "disabled");
    shown.put("last-update", HostServices.seenAt());
    return shown;
  }

  /** What the host holds altogether, then of each project. */
  private Response host(Call call) {
    String host = call.parameter("host");
    if (services.find(HostServices.VOLUME, host) == null) {
      throw new HttpException(
          404, "Service %s could not be found on host %s.".formatted(HostServices.VOLUME, host));
    }
    Inventory inventory = engine.inventory();
    Map<ProjectId, Usage> volumes = inventory.volumesByProject();
    Map<ProjectId, Usage> snapshots = inventory.snapshotsByProject();
    var resources = new ArrayList<Map<String, Object>>();
    resources.add(resource(host, "(total)", sum(volumes), sum(snapshots)));
    var projects = new TreeSet<>(Comparator.comparing(ProjectId::value));
    projects.addAll(volumes.keySet());
    projects.addAll(snapshots.keySet());
    for (ProjectId project : projects) {
      resources.add(
          resource(
              host,
              OpenStackId.of(project),
              volumes.getOrDefault(project, NONE),
              snapshots.getOrDefault(project, NONE)));
    }
    return Response.json(200, Map.of("host", resources));
  }

  private static Usage sum(Map<ProjectId, Usage> all) {
    return new Usage(
        all.values().stream().mapToLong(Usage::count).sum(),
        all.values().stream().mapToLong(Usage::bytes).sum());
  }

  private static Map<String, Object> resource(
      String host, String project, Usage volumes, Usage snapshots) {
    var resource = new LinkedHashMap<String, Object>();
    resource.put("host", host);
    resource.put("project", project);
    resource.put("volume_count", String.valueOf(volumes.count()));
    resource.put("total_volume_gb", gigabytes(volumes));
    resource.put("snapshot_count", String.valueOf(snapshots.count()));
    resource.put("total_snapshot_gb", gigabytes(snapshots));
    return Map.of("resource", resource);
  }

  private static String gigabytes(Usage usage) {
    return String.valueOf(Gib.of(usage.bytes()));
  }

  private Response pools(Call call) throws IOException {
    String name = call.version().has(NAMED_POOLS) ? call.query("name") : null;
    if (name != null && !name.equals(services.pool())) {
      return Response.json(200, Map.of("pools", List.of()));
    }
    var pool = new LinkedHashMap<String, Object>();
    pool.put("name", services.pool());
    if (Flags.isYes(call.query("detail"))) {
      pool.put("capabilities", measured());
    }
    return Response.json(200, Map.of("pools", List.of(pool)));
  }

  private Map<String, Object> measured() throws IOException {
    Capacity capacity = engine.capacity();
    double provisioned = engine.inventory().volumesOf(null).bytes() / (double) Gib.BYTES;
    var measured = new LinkedHashMap<String, Object>();
    measured.put("pool_name", services.backend());
    measured.put("volume_backend_name", services.backend());
    measured.put("vendor_name", "Open Source");
    measured.put("driver_version", VolumeDialect.HIGHEST.toString());
    measured.put("storage_protocol", "file");
    measured.put("total_capacity_gb", rounded(capacity.totalBytes() / (double) Gib.BYTES));
    measured.put("free_capacity_gb", rounded(capacity.freeBytes() / (double) Gib.BYTES));
    measured.put("provisioned_capacity_gb", rounded(provisioned));
    measured.put("allocated_capacity_gb", rounded(provisioned));
    measured.put("reserved_percentage", 0);
    measured.put("max_over_subscription_ratio", "20.0");
    measured.put("thin_provisioning_support", true);
    measured.put("thick_provisioning_support", false);
    measured.put("multiattach", false);
    measured.put("QoS_support", false);
    measured.put("replication_enabled", false);
    measured.put("backend_state", "up");
    measured.put("filter_function", null);
    measured.put("goodness_function", null);
    measured.put("timestamp", HostServices.seenAt());
    return measured;
  }

  /** To hundredths, as Cinder rounds it. */
  private static double rounded(double gigabytes) {
    return Math.round(gigabytes * 100) / 100.0;
  }

  private Response capabilities(Call call) {
    String host = call.parameter("host");
    if (!host.equals(services.volumeHost()) && !host.equals(services.pool())) {
      throw new HttpException(404, "The host %s could not be found.".formatted(host));
    }
    var shown = new LinkedHashMap<String, Object>();
    shown.put("namespace", "OS::Storage::Capabilities::" + services.volumeHost());
    shown.put("vendor_name", "Open Source");
    shown.put("volume_backend_name", services.backend());
    shown.put("pool_name", null);
    shown.put("driver_version", VolumeDialect.HIGHEST.toString());
    shown.put("storage_protocol", "file");
    shown.put("display_name", null);
    shown.put("description", null);
    shown.put("visibility", null);
    shown.put("replication_targets", List.of());
    var properties = new LinkedHashMap<String, Object>();
    put(properties, "thin_provisioning", "Thin Provisioning", "Sets thin provisioning.");
    put(properties, "compression", "Compression", "Enables compression.");
    put(properties, "qos", "QoS", "Enables QoS.");
    put(properties, "replication_enabled", "Replication", "Enables replication.");
    shown.put("properties", properties);
    return Response.json(200, shown);
  }

  private static void put(
      Map<String, Object> properties, String name, String title, String description) {
    var property = new LinkedHashMap<String, Object>();
    property.put("title", title);
    property.put("description", description);
    property.put("type", "boolean");
    properties.put(name, property);
  }
}
