package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Times;
import atoll.engine.Engine;
import atoll.engine.Inventory;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.VolumeType;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the service says of itself: zones, types, services, extensions. */
final class ServiceRoutes {
  private final Inventory inventory;
  private final VolumeSettings settings;

  ServiceRoutes(Engine engine, VolumeSettings settings) {
    this.inventory = engine.inventory();
    this.settings = settings;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/os-availability-zone", Access.READER, _ -> zones());
    api.add(HttpMethod.GET, "/types", Access.READER, _ -> types());
    api.add(HttpMethod.GET, "/types/{type}", Access.READER, this::type);
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

  private Response types() {
    return Response.json(
        200,
        Map.of(
            "volume_types", inventory.volumeTypes().stream().map(ServiceRoutes::shown).toList()));
  }

  private Response type(Call call) {
    String wanted = call.parameter("type");
    VolumeType found =
        inventory.volumeTypes().stream()
            .filter(type ->
                wanted.equals("default")
                    ? type.id().equals(VolumeType.DEFAULT)
                    : type.id().toString().equals(wanted))
            .findFirst()
            .orElseThrow(() -> Things.noSuch("volume type", wanted));
    return Response.json(200, Map.of("volume_type", shown(found)));
  }

  private static Map<String, Object> shown(VolumeType type) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", type.id().toString());
    shown.put("name", type.name());
    shown.put("is_public", type.isPublic());
    shown.put("description", VolumeView.named(type.description()));
    shown.put("extra_specs", Map.of());
    shown.put("qos_specs_id", null);
    shown.put("os-volume-type-access:is_public", type.isPublic());
    return shown;
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
