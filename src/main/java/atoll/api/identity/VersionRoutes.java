package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.http.HttpMethod;
import atoll.http.Response;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Which versions of the API there are: what a client asks first, without a token. */
final class VersionRoutes {
  private VersionRoutes() {}

  static void addTo(RouteList routes) {
    routes.add(HttpMethod.GET, "/", Access.PUBLIC, VersionRoutes::all);
    routes.add(HttpMethod.GET, "/v3", Access.PUBLIC, VersionRoutes::one);
    routes.add(HttpMethod.GET, "/v3/", Access.PUBLIC, VersionRoutes::one);
  }

  private static Response all(Call call) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putObject("versions").putArray("values").add(version(call));
    return Response.json(300, answer).with("Location", Links.of(call).to("/"));
  }

  private static Response one(Call call) {
    return Links.member(200, "version", version(call));
  }

  private static ObjectNode version(Call call) {
    ObjectNode version =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", "v" + IdentityDialect.VERSION)
            .put("status", "stable")
            .put("updated", "2020-04-07T00:00:00Z");
    version.putArray("links").addObject().put("rel", "self").put("href", Links.of(call).to("/"));
    version
        .putArray("media-types")
        .addObject()
        .put("base", "application/json")
        .put("type", "application/vnd.openstack.identity-v3+json");
    return version;
  }
}
