package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.Domain;
import atoll.identity.Grants;
import atoll.model.ProjectId;
import atoll.model.RoleAssignment;
import atoll.model.Scope;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** Giving roles to users, and taking them: in a project, in the domain, in the system. */
final class GrantRoutes {
  private final Grants grants;

  GrantRoutes(Grants grants) {
    this.grants = grants;
  }

  void addTo(RouteList routes) {
    addTo(routes, "/v3/projects/{id}", GrantRoutes::project);
    addTo(routes, "/v3/domains/{id}", GrantRoutes::domain);
    addTo(routes, "/v3/system", _ -> new Scope.OfSystem());
  }

  private void addTo(RouteList routes, String on, Function<Call, Scope> scope) {
    String roles = on + "/users/{user}/roles";
    String role = roles + "/{role}";
    routes.add(HttpMethod.GET, roles, Access.ADMIN, call -> list(call, scope.apply(call)));
    routes.add(HttpMethod.GET, role, Access.ADMIN, call -> check(assignment(call, scope)));
    routes.add(HttpMethod.PUT, role, Access.ADMIN, call -> grant(assignment(call, scope)));
    routes.add(HttpMethod.DELETE, role, Access.ADMIN, call -> revoke(assignment(call, scope)));
  }

  private Response list(Call call, Scope scope) {
    String user = call.parameter("user");
    List<ObjectNode> views =
        grants.of(user, scope).stream().map(role -> RoleRoutes.view(call, role)).toList();
    return Links.of(call).collection("roles", path(scope, user), views);
  }

  private Response check(RoleAssignment assignment) {
    grants.require(assignment);
    return Response.empty(204);
  }

  private Response grant(RoleAssignment assignment) {
    grants.grant(assignment);
    return Response.empty(204);
  }

  private Response revoke(RoleAssignment assignment) {
    grants.revoke(assignment);
    return Response.empty(204);
  }

  private static RoleAssignment assignment(Call call, Function<Call, Scope> scope) {
    return new RoleAssignment(call.parameter("user"), scope.apply(call), call.parameter("role"));
  }

  private static Scope project(Call call) {
    return new Scope.OfProject(Bodies.projectId(call.parameter("id")));
  }

  private static Scope domain(Call call) {
    Bodies.requireDefaultDomain(call.parameter("id"));
    return new Scope.OfDomain();
  }

  /** Where the roles are that a user was given on something. */
  static String path(Scope scope, String user) {
    String on =
        switch (scope) {
          case Scope.OfProject(ProjectId id) -> "/projects/" + OpenStackId.of(id);
          case Scope.OfDomain() -> "/domains/" + Domain.DEFAULT.id();
          case Scope.OfSystem() -> "/system";
        };
    return on + "/users/" + user + "/roles";
  }
}
