package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.Roles;
import atoll.model.Role;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Roles. */
final class RoleRoutes {
  private final Roles roles;

  RoleRoutes(Roles roles) {
    this.roles = roles;
  }

  void addTo(RouteList routes) {
    routes.add(HttpMethod.GET, "/v3/roles", Access.ADMIN, this::list);
    routes.add(HttpMethod.POST, "/v3/roles", Access.ADMIN, this::create);
    routes.add(HttpMethod.GET, "/v3/roles/{id}", Access.ADMIN, this::show);
    routes.add(HttpMethod.PATCH, "/v3/roles/{id}", Access.ADMIN, this::update);
    routes.add(HttpMethod.DELETE, "/v3/roles/{id}", Access.ADMIN, this::delete);
  }

  private Response list(Call call) {
    // Roles are in no domain: a list of those of one is empty.
    String domain = call.query("domain_id");
    boolean none = domain != null && !domain.isEmpty();
    String name = call.query("name");
    List<ObjectNode> views =
        roles.list().stream()
            .filter(role -> !none && (name == null || name.equals(role.name())))
            .map(role -> view(call, role))
            .toList();
    return Links.of(call).collection("roles", "/roles", views);
  }

  private Response create(Call call) {
    Fields fields = call.body("role");
    Bodies.requireDefaultDomain(fields, "domain_id");
    Role role = roles.create(Bodies.newName(fields, Fields.NAME_MAX), Bodies.description(fields));
    return Links.member(201, "role", view(call, role));
  }

  private Response show(Call call) {
    return Links.member(200, "role", view(call, roles.get(call.parameter("id"))));
  }

  private Response update(Call call) {
    Fields fields = call.body("role");
    Role role =
        roles.update(
            call.parameter("id"),
            Bodies.otherName(fields, Fields.NAME_MAX),
            Bodies.change(fields, "description", Bodies.DESCRIPTION_MAX));
    return Links.member(200, "role", view(call, role));
  }

  private Response delete(Call call) {
    roles.delete(call.parameter("id"));
    return Response.empty(204);
  }

  /** A role as it stands in answers. */
  static ObjectNode view(Call call, Role role) {
    ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", role.id())
            .put("name", role.name())
            .putNull("domain_id")
            .put("description", role.description());
    ObjectNode options = view.putObject("options");
    if (Roles.isBuiltIn(role)) {
      options.put("immutable", true);
    }
    return Links.of(call).self(view, "/roles/" + role.id());
  }
}
