package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.engine.ServiceStates;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.ServiceState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the service says of itself: zones, services. Source: Block Storage API v3, Services and
 * Availability zones.
 */
final class ServiceRoutes {
  private static final int WITH_CLUSTER = 7;
  private static final int WITH_BACKEND_STATE = 49;

  private final ServiceStates states;
  private final HostServices services;

  ServiceRoutes(ServiceStates states, HostServices services) {
    this.states = states;
    this.services = services;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/os-availability-zone", Access.READER, _ -> zones());
    api.add(HttpMethod.GET, "/os-services", Access.ADMIN, this::list);
    api.add(HttpMethod.PUT, "/os-services/{action}", Access.ADMIN, this::act);
  }

  /** The zone takes new volumes as long as the service that has them may work. */
  private Response zones() {
    boolean available =
        services.list().stream()
            .anyMatch(service -> service.name().equals(HostServices.VOLUME) && service.enabled());
    return Response.json(
        200,
        Map.of(
            "availabilityZoneInfo",
            List.of(
                Map.of("zoneName", services.zone(), "zoneState", Map.of("available", available)))));
  }

  private Response list(Call call) {
    return Response.json(
        200,
        Map.of(
            "services",
            services.list().stream()
                .filter(service ->
                    fits(call.query("binary"), service.name())
                        && fits(call.query("host"), service.host()))
                .map(service -> shown(call, service))
                .toList()));
  }

  private static boolean fits(@Nullable String asked, String value) {
    return asked == null || asked.isEmpty() || asked.equals(value);
  }

  private Map<String, Object> shown(Call call, ServiceState service) {
    boolean hasVolumes = service.name().equals(HostServices.VOLUME);
    var shown = new LinkedHashMap<String, Object>();
    shown.put("binary", service.name());
    shown.put("host", service.host());
    shown.put("zone", services.zone());
    shown.put("status", status(service.enabled()));
    shown.put("state", "up");
    shown.put("updated_at", HostServices.seenAt());
    shown.put("disabled_reason", service.disabledReason());
    if (call.version().has(WITH_CLUSTER)) {
      shown.put("cluster", null);
    }
    if (hasVolumes) {
      shown.put("replication_status", "disabled");
      shown.put("active_backend_id", null);
      shown.put("frozen", service.frozen());
      if (call.version().has(WITH_BACKEND_STATE)) {
        shown.put("backend_state", "up");
      }
    }
    return shown;
  }

  private static String status(boolean enabled) {
    return enabled ? "enabled" : "disabled";
  }

  private Response act(Call call) {
    String action = call.parameter("action");
    return switch (action) {
      case "enable", "disable", "disable-log-reason" -> enable(call, action);
      case "freeze", "thaw" -> {
        Fields body = Fields.of("", call.json());
        String host = withVolumes(body);
        body.end();
        states.setFrozen(HostServices.VOLUME, host, action.equals("freeze"));
        yield Response.empty(202);
      }
      case "failover_host", "failover" -> {
        Fields body = Fields.of("", call.json()).ignore("backend_id", "cluster");
        String host = withVolumes(body);
        body.end();
        throw new HttpException(
            400, "Invalid input received: %s is replicated to no other host".formatted(host));
      }
      default -> throw new HttpException(400, "Invalid input received: Unknown action");
    };
  }

  private Response enable(Call call, String action) {
    Fields body = Fields.of("", call.json());
    String host = body.requiredText("host", 1, Fields.NAME_MAX);
    String name = text(body, "binary");
    String older = text(body, "service");
    String reason =
        action.equals("disable-log-reason")
            ? body.requiredText("disabled_reason", 1, Fields.NAME_MAX)
            : body.text("disabled_reason", Fields.NAME_MAX);
    body.end();
    String wanted = name.isEmpty() ? older : name;
    if (wanted.isEmpty()) {
      throw new HttpException(400, "Invalid input received: Missing required element 'binary'.");
    }
    if (services.find(wanted, host) == null) {
      throw new HttpException(
          404, "Service %s could not be found on host %s.".formatted(wanted, host));
    }
    boolean enabled = action.equals("enable");
    var answer = new LinkedHashMap<String, Object>();
    if (enabled) {
      states.enable(wanted, host);
      answer.put("disabled_reason", null);
    } else {
      boolean said = action.equals("disable-log-reason");
      states.disable(wanted, host, said ? reason : null);
      if (said) {
        answer.put("disabled_reason", reason);
      }
    }
    answer.put("disabled", !enabled);
    answer.put("host", host);
    answer.put("service", older);
    answer.put("binary", name);
    answer.put("status", status(enabled));
    return Response.json(200, answer);
  }

  private static String text(Fields body, String name) {
    String text = body.text(name, Fields.NAME_MAX);
    return text == null ? "" : text;
  }

  /** The host that a body names, which must be one with volumes. */
  private String withVolumes(Fields body) {
    String host = body.requiredText("host", 1, Fields.NAME_MAX);
    if (services.find(HostServices.VOLUME, host) == null) {
      throw new HttpException(400, "No service found with host=" + host);
    }
    return host;
  }
}
