package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.Domain;
import atoll.identity.Grants;
import atoll.identity.Grants.Grant;
import atoll.model.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Who has which role on what, in one list. */
final class AssignmentRoutes {
  private final Grants grants;

  AssignmentRoutes(Grants grants) {
    this.grants = grants;
  }

  void addTo(RouteList routes) {
    routes.add(HttpMethod.GET, "/v3/role_assignments", Access.ADMIN, this::list);
  }

  private Response list(Call call) {
    boolean names = ListFilter.isSet(call, "include_names");
    List<Grant> all = ListFilter.isSet(call, "effective") ? grants.listEffective() : grants.list();
    List<ObjectNode> views =
        all.stream()
            .filter(grant -> isWanted(call, grant))
            .map(grant -> view(call, grant, names))
            .toList();
    return Links.of(call).collection("role_assignments", "/role_assignments", views);
  }

  private static boolean isWanted(Call call, Grant grant) {
    return isOrNull(call.query("user.id"), grant.user().id())
        && isOrNull(call.query("role.id"), grant.role().id())
        && isOrNull(call.query("scope.project.id"), projectId(grant.scope()))
        && isOrNull(call.query("scope.domain.id"), domainId(grant.scope()))
        && isOrNull(call.query("scope.system"), systemName(grant.scope()))
        && isOrNull(call.query("group.id"), null)
        && isOrNull(call.query("scope.OS-INHERIT:inherited_to"), null);
  }

  private static boolean isOrNull(@Nullable String asked, @Nullable String value) {
    return asked == null || asked.isEmpty() || asked.equals(value);
  }

  private static @Nullable String projectId(Scope scope) {
    return scope instanceof Scope.OfProject(var id) ? OpenStackId.of(id) : null;
  }

  private static @Nullable String domainId(Scope scope) {
    return scope instanceof Scope.OfDomain ? Domain.DEFAULT.id() : null;
  }

  private static @Nullable String systemName(Scope scope) {
    return scope instanceof Scope.OfSystem ? "all" : null;
  }

  private static ObjectNode view(Call call, Grant grant, boolean names) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    ObjectNode role = view.putObject("role").put("id", grant.role().id());
    ObjectNode user = view.putObject("user").put("id", grant.user().id());
    if (names) {
      role.put("name", grant.role().name());
      user.put("name", grant.user().name()).set("domain", domain(true));
    }
    view.set("scope", scope(grant, names));
    Links links = Links.of(call);
    String roles = GrantRoutes.path(grant.scope(), grant.user().id());
    String given = grant.impliedBy() == null ? grant.role().id() : grant.impliedBy().id();
    ObjectNode urls = view.putObject("links").put("assignment", links.to(roles + "/" + given));
    if (grant.impliedBy() != null) {
      urls.put("prior_role", links.to("/roles/" + given + "/implies/" + grant.role().id()));
    }
    return view;
  }

  private static ObjectNode scope(Grant grant, boolean names) {
    ObjectNode scope = JsonNodeFactory.instance.objectNode();
    switch (grant.scope()) {
      case Scope.OfProject(var id) -> {
        ObjectNode project = scope.putObject("project").put("id", OpenStackId.of(id));
        if (names && grant.project() != null) {
          project.put("name", grant.project().name()).set("domain", domain(true));
        }
      }
      case Scope.OfDomain() -> scope.set("domain", domain(names));
      case Scope.OfSystem() -> scope.putObject("system").put("all", true);
    }
    return scope;
  }

  /** The one domain, as it stands within other things. */
  static ObjectNode domain(boolean named) {
    ObjectNode domain = JsonNodeFactory.instance.objectNode().put("id", Domain.DEFAULT.id());
    return named ? domain.put("name", Domain.DEFAULT.name()) : domain;
  }
}
