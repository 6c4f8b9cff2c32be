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
import java.util.Objects;
import java.util.Set;
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
    Set<String> names = names(api.routes);
    api.add(HttpMethod.GET, "", Access.PUBLIC, call -> index(call, names));
    return new OpenStackApi(PREFIX, OwnDialect::new, api.routes, tokens);
  }

  /** Adds routes. */
  static final class Builder {
    private final Routes<OpenStackRoute> routes = new Routes<>();

    void add(HttpMethod method, String path, Access access, Handler handler) {
      routes.add(method, path, new OpenStackRoute(access, OwnDialect.VERSION, handler));
    }

    /** A route whose calls can be asked what they would come to. */
    void addPlannable(HttpMethod method, String path, Access access, Handler handler) {
      routes.add(method, path, new OpenStackRoute(access, OwnDialect.VERSION, handler).planned());
    }
  }

  /** What the paths of calls begin with. */
  private static Set<String> names(Routes<OpenStackRoute> routes) {
    var names = new TreeSet<String>();
    routes.all().forEach(route -> names.add(route.template().split("/", 3)[1]));
    return names;
  }

  private static Response index(Call call, Set<String> names) {
    String self = call.request().baseUrl() + PREFIX;
    var links = new LinkedHashMap<String, Object>();
    links.put("self", self);
    names.forEach(name -> links.put(name, self + "/" + name));
    var index = new LinkedHashMap<String, Object>();
    index.put("id", "v1");
    index.put("status", "CURRENT");
    index.put(
        "release",
        Objects.requireNonNullElse(
            OwnApi.class.getPackage().getImplementationVersion(), "unpackaged"));
    index.put("links", links);
    return Response.json(200, index);
  }
}
