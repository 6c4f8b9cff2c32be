package atoll.api.image;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Handler;
import atoll.api.openstack.OpenStackApi;
import atoll.api.openstack.OpenStackRoute;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.http.Routes;
import atoll.identity.TokenVerifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts the Image API together. */
public final class ImageApi {
  /** Where it is on the server. */
  public static final String PREFIX = "/image";

  private ImageApi() {}

  /** The API. */
  public static OpenStackApi of(TokenVerifier tokens) {
    var routes = new Routes<OpenStackRoute>();
    add(routes, "", Access.PUBLIC, call -> versions(call, 300));
    add(routes, "/versions", Access.PUBLIC, call -> versions(call, 200));
    add(routes, "/v2/images", Access.READER, _ -> images());
    add(routes, "/v2/images/{id}", Access.READER, ImageApi::image);
    return new OpenStackApi(PREFIX, new ImageDialect(), routes, tokens);
  }

  private static void add(
      Routes<OpenStackRoute> routes, String path, Access access, Handler handler) {
    routes.add(HttpMethod.GET, path, new OpenStackRoute(access, ImageDialect.VERSION, handler));
  }

  private static Response versions(Call call, int status) {
    var version = new LinkedHashMap<String, Object>();
    version.put("id", "v2.16");
    version.put("status", "CURRENT");
    version.put(
        "links",
        List.of(Map.of("rel", "self", "href", call.request().baseUrl() + PREFIX + "/v2/")));
    return Response.json(status, Map.of("versions", List.of(version)));
  }

  private static Response images() {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("images", List.of());
    answer.put("first", "/v2/images");
    answer.put("schema", "/v2/schemas/images");
    return Response.json(200, answer);
  }

  private static Response image(Call call) {
    throw new HttpException(404, "No image found with ID " + call.parameter("id"));
  }
}
