package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.Caller;
import atoll.identity.Domain;
import atoll.identity.IdentityRefusal.Invalid;
import atoll.identity.IdentityRefusedException;
import atoll.identity.ProjectChange;
import atoll.identity.Projects;
import atoll.model.Project;
import atoll.model.ProjectId;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Projects. */
final class ProjectRoutes {
  private static final int NAME_MAX = 64;

  private final Projects projects;

  ProjectRoutes(Projects projects) {
    this.projects = projects;
  }

  void addTo(RouteList routes) {
    routes.add(HttpMethod.GET, "/v3/projects", Access.ADMIN, this::list);
    routes.add(HttpMethod.POST, "/v3/projects", Access.ADMIN, this::create);
    routes.add(HttpMethod.GET, "/v3/projects/{id}", Access.AUTHENTICATED, this::show);
    routes.add(HttpMethod.PATCH, "/v3/projects/{id}", Access.ADMIN, this::update);
    routes.add(HttpMethod.DELETE, "/v3/projects/{id}", Access.ADMIN, this::delete);
    routes.add(HttpMethod.GET, "/v3/users/{id}/projects", Access.AUTHENTICATED, this::ofUser);
    routes.add(HttpMethod.GET, "/v3/auth/projects", Access.AUTHENTICATED, this::ofCaller);
  }

  private Response list(Call call) {
    return filtered(call, "/projects", projects.list());
  }

  private Response ofUser(Call call) {
    String user = Self.requireSelfOrAdmin(call, call.parameter("id"));
    return filtered(call, "/users/" + user + "/projects", projects.of(user));
  }

  /** Those for which the caller could have a token. */
  private Response ofCaller(Call call) {
    List<Project> own = projects.of(call.caller().userId());
    return collection(call, "/auth/projects", own.stream().filter(Project::enabled).toList());
  }

  private Response create(Call call) {
    Fields fields = call.body("project");
    String name = Bodies.newName(fields, NAME_MAX);
    String description = Bodies.description(fields);
    requireFlat(fields);
    Boolean enabled = Bodies.enabled(fields);
    Project project =
        projects.create(name, description == null ? "" : description, enabled == null || enabled);
    return Links.member(201, "project", view(call, project));
  }

  private Response show(Call call) {
    ProjectId id = Bodies.projectId(call.parameter("id"));
    Caller caller = call.caller();
    if (!caller.isAdmin() && !id.equals(caller.project())) {
      throw Self.forbidden();
    }
    return Links.member(200, "project", view(call, projects.get(id)));
  }

  private Response update(Call call) {
    ProjectId id = Bodies.projectId(call.parameter("id"));
    Fields fields = call.body("project");
    var change =
        new ProjectChange(
            Bodies.otherName(fields, NAME_MAX),
            Bodies.change(fields, "description", Bodies.DESCRIPTION_MAX),
            Bodies.enabled(fields));
    requireFlat(fields);
    return Links.member(200, "project", view(call, projects.update(id, change)));
  }

  private Response delete(Call call) {
    projects.delete(Bodies.projectId(call.parameter("id")));
    return Response.empty(204);
  }

  /** There is one domain, and projects are in it side by side. */
  private static void requireFlat(Fields fields) {
    Bodies.requireDefaultDomain(fields, "domain_id");
    String parent = fields.text("parent_id", Fields.NAME_MAX);
    if (parent != null && !parent.equals(Domain.DEFAULT.id())) {
      throw new IdentityRefusedException(
          new Invalid("Projects are in the domain %s alone.".formatted(Domain.DEFAULT.id())));
    }
    if (fields.flag("is_domain", false)) {
      throw new IdentityRefusedException(new Invalid("A project cannot act as a domain."));
    }
  }

  private static Response filtered(Call call, String path, List<Project> projects) {
    ListFilter filter = ListFilter.of(call);
    return collection(
        call,
        path,
        projects.stream()
            .filter(project -> filter.admits(project.name(), project.enabled()))
            .toList());
  }

  private static Response collection(Call call, String path, List<Project> projects) {
    List<ObjectNode> views = projects.stream().map(project -> view(call, project)).toList();
    return Links.of(call).collection("projects", path, views);
  }

  private static ObjectNode view(Call call, Project project) {
    String id = OpenStackId.of(project.id());
    ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("name", project.name())
            .put("domain_id", Domain.DEFAULT.id())
            .put("description", project.description())
            .put("enabled", project.enabled())
            .put("parent_id", Domain.DEFAULT.id())
            .put("is_domain", false);
    view.putArray("tags");
    view.putObject("options");
    return Links.of(call).self(view, "/projects/" + id);
  }
}
