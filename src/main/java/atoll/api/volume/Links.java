package atoll.api.volume;

import atoll.api.openstack.Call;
import java.util.List;
import java.util.Map;

/** Where things are, as answers say it. */
final class Links {
  private Links() {}

  /** The URL of something below the project of a call. */
  static String to(Call call, String path) {
    return call.request().baseUrl() + VolumeApi.PREFIX + "/v3" + project(call) + "/" + path;
  }

  private static String project(Call call) {
    String project = call.parameters().get("project_id");
    return project == null ? "" : "/" + project;
  }

  /** Of one thing: where it is, and where it is in any version. */
  static List<Map<String, String>> of(Call call, String kind, Object id) {
    String bookmark =
        call.request().baseUrl() + VolumeApi.PREFIX + project(call) + "/" + kind + "/" + id;
    return List.of(
        Map.of("rel", "self", "href", to(call, kind + "/" + id)),
        Map.of("rel", "bookmark", "href", bookmark));
  }
}
