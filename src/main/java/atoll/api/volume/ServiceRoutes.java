package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Times;
import atoll.engine.Backups;
import atoll.engine.Engine;
import atoll.engine.Inventory;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.ProjectId;
import atoll.model.Usage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the service says of itself: zones, limits, services, extensions. */
final class ServiceRoutes {
  private static final long GIB = 1L << 30;

  private final Inventory inventory;
  private final Backups backups;
  private final VolumeSettings settings;

  ServiceRoutes(Engine engine, VolumeSettings settings) {
    this.inventory = engine.inventory();
    this.backups = engine.backups();
    this.settings = settings;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/os-availability-zone", Access.READER, _ -> zones());
    api.add(HttpMethod.GET, "/limits", Access.READER, this::limits);
    api.add(HttpMethod.GET, "/os-services", Access.ADMIN, this::services);
    api.add(
        HttpMethod.GET,
        "/extensions",
        Access.READER,
        _ -> Response.json(200, Map.of("extensions", List.of())));
  }

  private Response zones() {
    return Response.json(
        200,
        Map.of(
            "availabilityZoneInfo",
            List.of(Map.of("zoneName", settings.zone(), "zoneState", Map.of("available", true)))));
  }

  /** What is used; there are no bounds yet, which is written as -1. */
  private Response limits(Call call) {
    ProjectId project = Things.owner(call).project();
    Usage volumes = inventory.volumesOf(project);
    Usage snapshots = inventory.snapshotsOf(project);
    var absolute = new LinkedHashMap<String, Object>();
    for (String limit :
        List.of(
            "maxTotalVolumes",
            "maxTotalSnapshots",
            "maxTotalVolumeGigabytes",
            "maxTotalBackups",
            "maxTotalBackupGigabytes")) {
      absolute.put(limit, -1);
    }
    absolute.put("totalVolumesUsed", volumes.count());
    absolute.put("totalGigabytesUsed", Math.ceilDiv(volumes.bytes() + snapshots.bytes(), GIB));
    absolute.put("totalSnapshotsUsed", snapshots.count());
    Usage kept = backups.usage(project);
    absolute.put("totalBackupsUsed", kept.count());
    absolute.put("totalBackupGigabytesUsed", Math.ceilDiv(kept.bytes(), GIB));
    return Response.json(200, Map.of("limits", Map.of("rate", List.of(), "absolute", absolute)));
  }

  private Response services(Call call) {
    var service = new LinkedHashMap<String, Object>();
    service.put("binary", "cinder-volume");
    service.put("host", settings.host() + "@island");
    service.put("zone", settings.zone());
    service.put("status", "enabled");
    service.put("state", "up");
    service.put("updated_at", Times.of(Instant.now()));
    service.put("disabled_reason", null);
    service.put("replication_status", "disabled");
    service.put("active_backend_id", null);
    service.put("frozen", false);
    boolean wanted =
        fits(call, "binary", "cinder-volume") && fits(call, "host", settings.host() + "@island");
    return Response.json(200, Map.of("services", wanted ? List.of(service) : List.of()));
  }

  private static boolean fits(Call call, String name, String value) {
    String asked = call.query(name);
    return asked == null || asked.equals(value);
  }
}
