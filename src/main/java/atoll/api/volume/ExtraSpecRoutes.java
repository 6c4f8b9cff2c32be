package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.engine.VolumeTypes;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.VolumeTypeId;
import java.util.Map;
import java.util.TreeMap;

/**
 * The calls about what an administrator says of volume types. Source: Block Storage API v3, "Show
 * all extra specifications for volume type" and what follows there.
 */
final class ExtraSpecRoutes {
  private final TypeFinder finder;
  private final VolumeTypes types;

  ExtraSpecRoutes(TypeFinder finder) {
    this.finder = finder;
    this.types = finder.all();
  }

  void addTo(VolumeApi.Builder api) {
    String all = "/types/{id}/extra_specs";
    String one = all + "/{key}";
    api.add(HttpMethod.GET, all, Access.ADMIN, this::list);
    api.add(HttpMethod.POST, all, Access.ADMIN, this::add);
    api.add(HttpMethod.GET, one, Access.ADMIN, this::show);
    api.add(HttpMethod.PUT, one, Access.ADMIN, this::set);
    api.add(HttpMethod.DELETE, one, Access.ADMIN, this::remove);
  }

  private Response list(Call call) {
    return Response.json(
        200, Map.of("extra_specs", new TreeMap<>(finder.inPath(call).extraSpecs())));
  }

  private Response add(Call call) {
    Fields body = Fields.of("", call.json());
    Map<String, String> specs = Specs.checked("extra_specs", body.requiredTexts("extra_specs"));
    body.end();
    types.putExtraSpecs(TypeFinder.id(call), specs);
    return Response.json(200, Map.of("extra_specs", specs));
  }

  private Response show(Call call) {
    String key = call.parameter("key");
    String value = finder.inPath(call).extraSpecs().get(key);
    if (value == null) {
      throw noSuchSpec(TypeFinder.id(call), key);
    }
    return Response.json(200, Map.of(key, value));
  }

  private Response set(Call call) {
    Map.Entry<String, String> spec = Fields.single(call.json());
    Map<String, String> specs =
        Specs.checked("extra_specs", Map.of(spec.getKey(), spec.getValue()));
    finder.inPath(call);
    if (!spec.getKey().equals(call.parameter("key"))) {
      throw new HttpException(400, "Request body and URI mismatch");
    }
    types.putExtraSpecs(TypeFinder.id(call), specs);
    return Response.json(200, specs);
  }

  private Response remove(Call call) {
    VolumeTypeId type = TypeFinder.id(call);
    String key = call.parameter("key");
    if (!types.removeExtraSpec(type, key)) {
      throw noSuchSpec(type, key);
    }
    return Response.empty(202);
  }

  private static HttpException noSuchSpec(VolumeTypeId type, String key) {
    return new HttpException(
        404, "Volume Type %s has no extra specs with key %s.".formatted(type, key));
  }
}
