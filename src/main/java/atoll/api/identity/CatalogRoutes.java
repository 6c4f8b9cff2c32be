package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.IdentityRefusal.Forbidden;
import atoll.identity.IdentityRefusal.NotFound;
import atoll.identity.IdentityRefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Services, endpoints and regions, which the service's settings say: they can only be read. */
final class CatalogRoutes {
  private final Catalog catalog;

  CatalogRoutes(Catalog catalog) {
    this.catalog = catalog;
  }

  void addTo(RouteList routes) {
    routes.add(HttpMethod.GET, "/v3/services", Access.ADMIN, this::services);
    routes.add(HttpMethod.GET, "/v3/services/{id}", Access.ADMIN, this::service);
    routes.add(HttpMethod.GET, "/v3/endpoints", Access.ADMIN, this::endpoints);
    routes.add(HttpMethod.GET, "/v3/endpoints/{id}", Access.ADMIN, this::endpoint);
    routes.add(HttpMethod.GET, "/v3/regions", Access.AUTHENTICATED, this::regions);
    routes.add(HttpMethod.GET, "/v3/regions/{id}", Access.AUTHENTICATED, this::region);
    for (String kind : List.of("services", "endpoints", "regions")) {
      String one = "/v3/" + kind + "/{id}";
      routes.add(HttpMethod.POST, "/v3/" + kind, Access.ADMIN, CatalogRoutes::refuse);
      routes.add(HttpMethod.PATCH, one, Access.ADMIN, CatalogRoutes::refuse);
      routes.add(HttpMethod.DELETE, one, Access.ADMIN, CatalogRoutes::refuse);
    }
  }

  private static Response refuse(Call call) {
    throw new IdentityRefusedException(
        new Forbidden("The catalog is what the settings of the service say."));
  }

  private Response services(Call call) {
    List<ObjectNode> views =
        catalog.entries().stream()
            .filter(entry -> isOrNull(call.query("type"), entry.type()))
            .filter(entry -> isOrNull(call.query("name"), entry.name()))
            .map(entry -> service(call, entry))
            .toList();
    return Links.of(call).collection("services", "/services", views);
  }

  private Response service(Call call) {
    String id = call.parameter("id");
    return catalog.entries().stream()
        .filter(entry -> Catalog.serviceId(entry).equals(id))
        .findFirst()
        .map(entry -> Links.member(200, "service", service(call, entry)))
        .orElseThrow(() -> notFound("service", id));
  }

  private static ObjectNode service(Call call, CatalogEntry entry) {
    String id = Catalog.serviceId(entry);
    ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("type", entry.type())
            .put("name", entry.name())
            .put("description", "")
            .put("enabled", true);
    return Links.of(call).self(view, "/services/" + id);
  }

  private Response endpoints(Call call) {
    List<ObjectNode> views =
        allEndpoints(call).stream()
            .filter(view -> isOrNull(call.query("interface"), text(view, "interface")))
            .filter(view -> isOrNull(call.query("service_id"), text(view, "service_id")))
            .filter(view -> isOrNull(call.query("region_id"), text(view, "region_id")))
            .toList();
    return Links.of(call).collection("endpoints", "/endpoints", views);
  }

  private Response endpoint(Call call) {
    String id = call.parameter("id");
    return allEndpoints(call).stream()
        .filter(view -> text(view, "id").equals(id))
        .findFirst()
        .map(view -> Links.member(200, "endpoint", view))
        .orElseThrow(() -> notFound("endpoint", id));
  }

  private List<ObjectNode> allEndpoints(Call call) {
    return catalog.entries().stream()
        .flatMap(entry ->
            Catalog.INTERFACES.stream()
                .map(endpointInterface -> endpoint(call, entry, endpointInterface)))
        .toList();
  }

  private ObjectNode endpoint(Call call, CatalogEntry entry, String endpointInterface) {
    String id = Catalog.endpointId(entry, endpointInterface);
    String path = entry.path().replace(CatalogEntry.PROJECT, "%(project_id)s");
    ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("interface", endpointInterface)
            .put("region", catalog.region())
            .put("region_id", catalog.region())
            .put("service_id", Catalog.serviceId(entry))
            .put("url", call.request().baseUrl() + path)
            .put("enabled", true);
    return Links.of(call).self(view, "/endpoints/" + id);
  }

  private Response regions(Call call) {
    return Links.of(call).collection("regions", "/regions", List.of(regionView(call)));
  }

  private Response region(Call call) {
    String id = call.parameter("id");
    if (!id.equals(catalog.region())) {
      throw notFound("region", id);
    }
    return Links.member(200, "region", regionView(call));
  }

  private ObjectNode regionView(Call call) {
    ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", catalog.region())
            .put("description", "")
            .putNull("parent_region_id");
    return Links.of(call).self(view, "/regions/" + catalog.region());
  }

  private static String text(ObjectNode view, String name) {
    return view.get(name).stringValue();
  }

  private static boolean isOrNull(@Nullable String asked, String value) {
    return asked == null || asked.isEmpty() || asked.equals(value);
  }

  private static IdentityRefusedException notFound(String kind, String id) {
    return new IdentityRefusedException(new NotFound(kind, id));
  }
}
