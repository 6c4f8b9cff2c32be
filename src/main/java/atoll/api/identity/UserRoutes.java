package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.Domain;
import atoll.identity.Identity;
import atoll.identity.Logins;
import atoll.identity.UnauthorizedException;
import atoll.identity.UserChange;
import atoll.identity.UserSpec;
import atoll.identity.Users;
import atoll.model.ProjectId;
import atoll.model.User;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Users, and their passwords. */
final class UserRoutes {
  private final Users users;
  private final Logins logins;

  UserRoutes(Identity identity) {
    this.users = identity.users();
    this.logins = identity.logins();
  }

  void addTo(RouteList routes) {
    routes.add(HttpMethod.GET, "/v3/users", Access.ADMIN, this::list);
    routes.add(HttpMethod.POST, "/v3/users", Access.ADMIN, this::create);
    routes.add(HttpMethod.GET, "/v3/users/{id}", Access.AUTHENTICATED, this::show);
    routes.add(HttpMethod.PATCH, "/v3/users/{id}", Access.AUTHENTICATED, this::update);
    routes.add(HttpMethod.DELETE, "/v3/users/{id}", Access.ADMIN, this::delete);
    routes.add(
        HttpMethod.POST, "/v3/users/{id}/password", Access.AUTHENTICATED, this::changePassword);
  }

  private Response list(Call call) {
    ListFilter filter = ListFilter.of(call);
    List<ObjectNode> views =
        users.list().stream()
            .filter(user -> filter.admits(user.name(), user.enabled()))
            .map(user -> view(call, user))
            .toList();
    return Links.of(call).collection("users", "/users", views);
  }

  private Response create(Call call) {
    Fields fields = call.body("user");
    Bodies.requireDefaultDomain(fields, "domain_id");
    Boolean enabled = Bodies.enabled(fields);
    User user =
        users.create(
            new UserSpec(
                Bodies.newName(fields, Fields.NAME_MAX),
                Bodies.secret(fields, "password"),
                fields.text("email", Fields.NAME_MAX),
                Bodies.description(fields),
                enabled == null || enabled,
                defaultProject(fields)));
    return Links.member(201, "user", view(call, user));
  }

  private Response show(Call call) {
    String id = Self.requireSelfOrAdmin(call, call.parameter("id"));
    return Links.member(200, "user", view(call, users.get(id)));
  }

  private Response update(Call call) {
    String id = Self.requireSelfOrAdmin(call, call.parameter("id"));
    Fields fields = call.body("user");
    Bodies.requireDefaultDomain(fields, "domain_id");
    var change =
        new UserChange(
            Bodies.otherName(fields, Fields.NAME_MAX),
            Bodies.secret(fields, "password"),
            Bodies.change(fields, "email", Fields.NAME_MAX),
            Bodies.change(fields, "description", Bodies.DESCRIPTION_MAX),
            Bodies.enabled(fields),
            fields.has("default_project_id")
                ? new UserChange.DefaultProject(defaultProject(fields))
                : null);
    if (!call.caller().isAdmin() && !isOnesOwn(change)) {
      throw Self.forbidden();
    }
    return Links.member(200, "user", view(call, users.update(id, change)));
  }

  /** Whoever has somebody's token only is not to lock him out, nor to be somebody else. */
  private static boolean isOnesOwn(UserChange change) {
    return change.name() == null && change.password() == null && change.enabled() == null;
  }

  private Response delete(Call call) {
    users.delete(call.parameter("id"));
    return Response.empty(204);
  }

  private Response changePassword(Call call) throws UnauthorizedException {
    String id = Self.requireSelfOrAdmin(call, call.parameter("id"));
    Fields fields = call.body("user");
    String original = Bodies.requiredSecret(fields, "original_password");
    String password = Bodies.requiredSecret(fields, "password");
    logins.changePassword(id, original, password);
    return Response.empty(204);
  }

  private static @Nullable ProjectId defaultProject(Fields fields) {
    String id = fields.text("default_project_id", Fields.NAME_MAX);
    return id == null ? null : Bodies.projectId(id);
  }

  private static ObjectNode view(Call call, User user) {
    ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", user.id())
            .put("name", user.name())
            .put("domain_id", Domain.DEFAULT.id())
            .put("enabled", user.enabled())
            .putNull("password_expires_at");
    view.putObject("options");
    if (user.defaultProject() != null) {
      view.put("default_project_id", OpenStackId.of(user.defaultProject()));
    }
    if (user.email() != null) {
      view.put("email", user.email());
    }
    if (user.description() != null) {
      view.put("description", user.description());
    }
    return Links.of(call).self(view, "/users/" + user.id());
  }
}
