package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.Domain;
import atoll.identity.IdentityRefusal.Forbidden;
import atoll.identity.IdentityRefusedException;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The one domain. */
final class DomainRoutes {
  private DomainRoutes() {}

  static void addTo(RouteList routes) {
    routes.add(HttpMethod.GET, "/v3/domains", Access.AUTHENTICATED, DomainRoutes::list);
    routes.add(HttpMethod.GET, "/v3/domains/{id}", Access.AUTHENTICATED, DomainRoutes::show);
    routes.add(HttpMethod.POST, "/v3/domains", Access.ADMIN, DomainRoutes::refuse);
    routes.add(HttpMethod.PATCH, "/v3/domains/{id}", Access.ADMIN, DomainRoutes::refuse);
    routes.add(HttpMethod.DELETE, "/v3/domains/{id}", Access.ADMIN, DomainRoutes::refuse);
  }

  private static Response list(Call call) {
    boolean wanted = ListFilter.of(call).admits(Domain.DEFAULT.name(), true);
    return Links.of(call)
        .collection("domains", "/domains", wanted ? List.of(view(call)) : List.of());
  }

  private static Response show(Call call) {
    Bodies.requireDefaultDomain(call.parameter("id"));
    return Links.member(200, "domain", view(call));
  }

  private static Response refuse(Call call) {
    throw new IdentityRefusedException(
        new Forbidden("There is the domain %s alone.".formatted(Domain.DEFAULT.id())));
  }

  /** The domain as it stands in answers. */
  static ObjectNode view(Call call) {
    ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", Domain.DEFAULT.id())
            .put("name", Domain.DEFAULT.name())
            .put("description", Domain.DEFAULT.description())
            .put("enabled", true);
    view.putArray("tags");
    view.putObject("options");
    return Links.of(call).self(view, "/domains/" + Domain.DEFAULT.id());
  }
}
