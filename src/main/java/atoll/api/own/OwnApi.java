package atoll.api.own;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Handler;
import atoll.api.openstack.OpenStackApi;
import atoll.api.openstack.OpenStackRoute;
import atoll.engine.Engine;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.http.Routes;
import atoll.identity.TokenVerifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Puts Atoll's own API together. */
public final class OwnApi {
  /** Where it is on the server. */
  public static final String PREFIX = "/atoll/v1";

  private OwnApi() {}

  /** The API over an engine. */
  public static OpenStackApi of(Engine engine, TokenVerifier tokens) {
    var api = new Builder();
    new TaskRoutes(engine.backlog()).addTo(api);
    new AlertRoutes(engine.alerts()).addTo(api);
    new SnapshotRoutes(engine.snapshots(), engine.inventory()).addTo(api);
    new RepositoryRoutes(engine.repositories()).addTo(api);
    new InstanceRoutes(engine.instances(), engine.inventory()).addTo(api);
    new EventRoutes(engine.events()).addTo(api);
    Map<String, Object> index = index(api.routes);
    api.add(HttpMethod.GET, "", Access.PUBLIC, call -> Response.json(200, linked(call, index)));
    return new OpenStackApi(PREFIX, OwnDialect::new, api.routes, tokens);
  }

  /** Adds routes. */
  static final class Builder {
    private final Routes<OpenStackRoute> routes = new Routes<>();

    void add(HttpMethod method, String path, Access access, Handler handler) {
      routes.add(method, path, new OpenStackRoute(access, OwnDialect.VERSION, handler));
    }
  }

  private static Map<String, Object> index(Routes<OpenStackRoute> routes) {
    var index = new LinkedHashMap<String, Object>();
    index.put("id", "v1");
    index.put("status", "CURRENT");
    index.put(
        "release",
        Objects.requireNonNullElse(
            OwnApi.class.getPackage().getImplementationVersion(), "unpackaged"));
    var collections = new TreeSet<String>();
    routes.all().forEach(route -> collections.add(route.template().split("/", 3)[1]));
    index.put("collections", List.copyOf(collections));
    return index;
  }

  /** As the client reaches it. */
  private static Map<String, Object> linked(Call call, Map<String, Object> index) {
    var linked = new LinkedHashMap<>(index);
    String self = call.request().baseUrl() + PREFIX;
    var links = new LinkedHashMap<String, Object>();
    links.put("self", self);
    if (index.get("collections") instanceof List<?> names) {
      names.forEach(name -> links.put(String.valueOf(name), self + "/" + name));
    }
    linked.remove("collections");
    linked.put("links", links);
    return linked;
  }
}
