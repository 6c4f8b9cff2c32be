package atoll.api.openstack;

import atoll.http.HttpException;
import atoll.http.Json;
import atoll.http.Request;
import atoll.identity.Caller;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A call on its way to the handler of its route.
 *
 * @param parameters what the parameters of the route's path stand for
 * @param identified null where the route is open to anybody
 * @param version the one asked for; the lowest where none was
 */
public record Call(
    Request request,
    Map<String, String> parameters,
    @Nullable Caller identified,
    Microversion version) {
  /** Who calls. */
  public Caller caller() {
    if (identified == null) {
      throw new IllegalStateException("a public route has no caller");
    }
    return identified;
  }

  /** What a parameter of the route's path stands for. */
  public String parameter(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no parameter " + name);
    }
    return value;
  }

  /** A parameter of the query; null without one. */
  public @Nullable String query(String name) {
    return request.query(name);
  }

  /**
   * The body, which must be JSON.
   *
   * @throws HttpException with 400 if it is not
   */
  public JsonNode json() {
    return Json.read(request.body());
  }

  /** The body's one member of that name, whose value is an object. */
  public Fields body(String name) {
    return Fields.in(json(), name);
  }
}
