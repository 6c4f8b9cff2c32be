package atoll.api.identity;

import atoll.api.openstack.Call;
import atoll.http.Response;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The URLs that stand in answers, as the caller reaches the server. */
final class Links {
  /** Where this API is. */
  static final String PREFIX = "/identity";

  private final String base;

  private Links(String base) {
    this.base = base;
  }

  static Links of(Call call) {
    return new Links(call.request().baseUrl() + PREFIX + "/v3");
  }

  /** The URL of a path below {@code /v3}. */
  String to(String path) {
    return base + path;
  }

  /** Puts into an object where it is itself. */
  ObjectNode self(ObjectNode object, String path) {
    object.putObject("links").put("self", to(path));
    return object;
  }

  /** One thing, under its name. */
  static Response member(int status, String name, ObjectNode member) {
    return Response.json(status, JsonNodeFactory.instance.objectNode().set(name, member));
  }

  /** All things of a kind, under its name; they are never divided into pages. */
  Response collection(String name, String path, List<ObjectNode> members) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putArray(name).addAll(members);
    answer.putObject("links").put("self", to(path)).putNull("previous").putNull("next");
    return Response.json(200, answer);
  }
}
