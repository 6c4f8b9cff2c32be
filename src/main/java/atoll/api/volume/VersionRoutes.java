package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.http.HttpMethod;
import atoll.http.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which versions there are. Source: Block Storage API, "API versions". */
final class VersionRoutes {
  void addTo(VolumeApi.Builder api) {
    api.addPublic(HttpMethod.GET, "", call -> versions(call, 300));
    api.addPublic(HttpMethod.GET, "/v3", call -> versions(call, 200));
    api.addPublic(HttpMethod.GET, "/v3/", call -> versions(call, 200));
  }

  private static Response versions(Call call, int status) {
    var version = new LinkedHashMap<String, Object>();
    version.put("id", "v3.0");
    version.put("status", "CURRENT");
    version.put("version", VolumeDialect.HIGHEST.toString());
    version.put("min_version", VolumeDialect.LOWEST.toString());
    version.put("updated", "2022-08-31T00:00:00Z");
    var document = new LinkedHashMap<String, String>();
    document.put("rel", "describedby");
    document.put("type", "text/html");
    document.put("href", "https://docs.openstack.org/");
    version.put(
        "links",
        List.of(
            document,
            Map.of("rel", "self", "href", call.request().baseUrl() + VolumeApi.PREFIX + "/v3/")));
    version.put(
        "media-types",
        List.of(
            Map.of(
                "base",
                "application/json",
                "type",
                "application/vnd.openstack.volume+json;version=3")));
    return Response.json(status, Map.of("versions", List.of(version)));
  }
}
