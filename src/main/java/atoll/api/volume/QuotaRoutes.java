package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.Flags;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Quotas;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.ProjectId;
import atoll.model.Quota;
import atoll.model.QuotaScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The calls about quotas. Source: Block Storage API v3, Quota sets and Quota class sets.
 *
 * <p>A path names the project that is meant as {@code target}: {@code project_id} is who calls.
 */
final class QuotaRoutes {
  private static final String SETS = "/os-quota-sets/{target}";
  private static final String CLASSES = "/os-quota-class-sets/{class}";

  private final Quotas quotas;

  QuotaRoutes(Quotas quotas) {
    this.quotas = quotas;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, SETS, Access.READER, this::show);
    api.add(HttpMethod.PUT, SETS, Access.ADMIN, this::update);
    api.add(HttpMethod.DELETE, SETS, Access.ADMIN, this::reset);
    api.add(HttpMethod.GET, SETS + "/defaults", Access.READER, this::defaults);
    api.add(HttpMethod.GET, CLASSES, Access.ADMIN, this::showClass);
    api.add(HttpMethod.PUT, CLASSES, Access.ADMIN, this::updateClass);
  }

  private Response show(Call call) {
    ProjectId target = visible(call);
    var set = new LinkedHashMap<String, Object>();
    if (Flags.isYes(call.query("usage"))) {
      quotas.usage(target).forEach((name, quota) -> set.put(name, shown(quota)));
    } else {
      set.putAll(quotas.of(new QuotaScope.OneProject(target)));
    }
    set.put("id", call.parameter("target"));
    return Response.json(200, Map.of("quota_set", set));
  }

  /** Nothing is ever reserved: what is asked for is there, or refused, in one transaction. */
  private static Map<String, Object> shown(Quota quota) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("limit", quota.limit());
    shown.put("in_use", quota.used());
    shown.put("reserved", 0);
    return shown;
  }

  private Response defaults(Call call) {
    visible(call);
    var set = new LinkedHashMap<String, Object>(quotas.of(QuotaScope.DEFAULT));
    set.put("id", call.parameter("target"));
    return Response.json(200, Map.of("quota_set", set));
  }

  private Response update(Call call) {
    ProjectId target = target(call);
    var scope = new QuotaScope.OneProject(target);
    Fields body = call.body("quota_set").ignore("tenant_id", "id");
    Map<String, Long> wanted = limits(body, quotas.of(scope));
    String skip = call.query("skip_validation");
    if (skip != null && !Flags.isYes(skip)) {
      requireRoomFor(wanted, quotas.usage(target));
    }
    return Response.json(200, Map.of("quota_set", quotas.set(scope, wanted)));
  }

  private static void requireRoomFor(Map<String, Long> wanted, Map<String, Quota> now) {
    wanted.forEach((name, limit) -> {
      Quota quota = now.get(name);
      if (quota != null && limit != Quota.UNLIMITED && limit < quota.used()) {
        throw new HttpException(
            400,
            "Quota limit %d for %s must be equal or greater than the %d that are already used."
                .formatted(limit, name, quota.used()));
      }
    });
  }

  private static Map<String, Long> limits(Fields body, Map<String, Long> known) {
    var limits = new LinkedHashMap<String, Long>();
    for (String name : known.keySet()) {
      if (body.has(name)) {
        limits.put(name, body.requiredNumber(name, Quota.UNLIMITED, Integer.MAX_VALUE));
      }
    }
    body.end();
    return limits;
  }

  private Response reset(Call call) {
    quotas.reset(target(call));
    return Response.empty(200);
  }

  private Response showClass(Call call) {
    QuotaScope.QuotaClass scope = quotaClass(call);
    var set = new LinkedHashMap<String, Object>(quotas.of(scope));
    set.put("id", scope.name());
    return Response.json(200, Map.of("quota_class_set", set));
  }

  private Response updateClass(Call call) {
    QuotaScope scope = quotaClass(call);
    Fields body = call.body("quota_class_set").ignore("class_name", "id");
    Map<String, Long> wanted = limits(body, quotas.of(scope));
    return Response.json(200, Map.of("quota_class_set", quotas.set(scope, wanted)));
  }

  private static QuotaScope.QuotaClass quotaClass(Call call) {
    String name = call.parameter("class");
    if (name.length() > Fields.NAME_MAX || name.indexOf(0) >= 0) {
      throw new HttpException(400, "Invalid input received: that is no name of a quota class");
    }
    return new QuotaScope.QuotaClass(name);
  }

  /** The project that is meant, of which only an admin sees another than the token's. */
  private static ProjectId visible(Call call) {
    ProjectId target = target(call);
    if (!call.caller().isAdmin() && !target.equals(call.caller().project())) {
      throw new HttpException(
          403, "Policy doesn't allow volume_extension:quotas:show to be performed.");
    }
    return target;
  }

  private static ProjectId target(Call call) {
    String text = call.parameter("target");
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw Things.noSuch("project", text);
    }
    return new ProjectId(id);
  }
}
