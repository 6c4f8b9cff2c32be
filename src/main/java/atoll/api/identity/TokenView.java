package atoll.api.identity;

import atoll.api.openstack.OpenStackId;
import atoll.identity.Authorization;
import atoll.identity.Token;
import atoll.model.Project;
import atoll.model.Role;
import atoll.model.Scope;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a token says and allows, as it stands in answers. */
final class TokenView {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private TokenView() {}

  /**
   * The body of an answer.
   *
   * @param catalog null where it was not asked for
   */
  static ObjectNode of(Authorization authorization, @Nullable ArrayNode catalog) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ObjectNode view = answer.putObject("token");
    Token token = authorization.token();
    ArrayNode methods = view.putArray("methods");
    token.orderedMethods().forEach(method -> methods.add(method.name().toLowerCase(Locale.ROOT)));
    view.set("user", user(authorization));
    ArrayNode auditIds = view.putArray("audit_ids").add(token.auditId());
    if (token.parentAuditId() != null) {
      auditIds.add(token.parentAuditId());
    }
    view.put("expires_at", time(token.expiresAt())).put("issued_at", time(token.issuedAt()));
    putScope(view, authorization);
    if (token.scope() != null) {
      ArrayNode roles = view.putArray("roles");
      for (Role role : authorization.roles()) {
        roles.addObject().put("id", role.id()).put("name", role.name());
      }
      if (catalog != null) {
        view.set("catalog", catalog);
      }
    }
    return answer;
  }

  private static ObjectNode user(Authorization authorization) {
    ObjectNode user =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", authorization.user().id())
            .put("name", authorization.user().name())
            .putNull("password_expires_at");
    user.set("domain", AssignmentRoutes.domain(true));
    return user;
  }

  private static void putScope(ObjectNode view, Authorization authorization) {
    switch (authorization.token().scope()) {
      case null -> {}
      case Scope.OfDomain() -> view.set("domain", AssignmentRoutes.domain(true));
      case Scope.OfSystem() -> view.putObject("system").put("all", true);
      case Scope.OfProject(_) -> {
        Project project = authorization.project();
        if (project == null) {
          throw new IllegalStateException("a token for a project without the project");
        }
        ObjectNode object =
            view.putObject("project")
                .put("id", OpenStackId.of(project.id()))
                .put("name", project.name());
        object.set("domain", AssignmentRoutes.domain(true));
        view.put("is_domain", false);
      }
    }
  }

  private static String time(Instant time) {
    return TIME.format(time);
  }
}
