package atoll.api.identity;

import atoll.api.identity.TokenRequest.Login;
import atoll.api.identity.TokenRequest.WantedScope;
import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.Authorization;
import atoll.identity.Grants;
import atoll.identity.Identity;
import atoll.identity.Logins;
import atoll.identity.Projects;
import atoll.identity.Tokens;
import atoll.identity.Tokens.Issued;
import atoll.identity.UnauthorizedException;
import atoll.model.Project;
import atoll.model.ProjectId;
import atoll.model.Scope;
import atoll.model.User;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Tokens: how they are had, what is in them, and what their user could have. */
final class TokenRoutes {
  private static final String TOKENS = "/v3/auth/tokens";
  private static final String SUBJECT = "X-Subject-Token";

  private final Logins logins;
  private final Tokens tokens;
  private final Projects projects;
  private final Grants grants;
  private final Catalog catalog;

  TokenRoutes(Identity identity, Catalog catalog) {
    this.logins = identity.logins();
    this.tokens = identity.tokens();
    this.projects = identity.projects();
    this.grants = identity.grants();
    this.catalog = catalog;
  }

  void addTo(RouteList routes) {
    routes.add(HttpMethod.POST, TOKENS, Access.PUBLIC, this::issue);
    routes.add(HttpMethod.GET, TOKENS, Access.AUTHENTICATED, this::show);
    routes.add(HttpMethod.DELETE, TOKENS, Access.AUTHENTICATED, this::revoke);
    routes.add(HttpMethod.GET, "/v3/auth/catalog", Access.AUTHENTICATED, this::catalog);
    routes.add(HttpMethod.GET, "/v3/auth/domains", Access.AUTHENTICATED, this::domains);
    routes.add(HttpMethod.GET, "/v3/auth/system", Access.AUTHENTICATED, this::system);
  }

  private Response issue(Call call) throws UnauthorizedException {
    TokenRequest request = TokenRequest.of(call.json());
    Issued issued =
        request.token() == null
            ? forUser(login(request.login()), request.scope())
            : forToken(request.token(), request);
    return Response.json(201, TokenView.of(issued.authorization(), wantedCatalog(call, issued)))
        .with(SUBJECT, issued.text())
        .with("Vary", "X-Auth-Token");
  }

  private User login(@Nullable Login login) throws UnauthorizedException {
    if (login == null) {
      throw new IllegalStateException("a request for a token that proves nothing");
    }
    if (login.id() != null) {
      return logins.byId(login.id(), login.password());
    }
    if (login.name() == null) {
      throw new IllegalStateException("a login of nobody");
    }
    return logins.byName(login.name(), login.password());
  }

  private Issued forUser(User user, WantedScope wanted) throws UnauthorizedException {
    return wanted instanceof WantedScope.ByDefault
        ? tokens.issueByDefault(user)
        : tokens.issue(user, scope(wanted));
  }

  private Issued forToken(String token, TokenRequest request) throws UnauthorizedException {
    Authorization had = tokens.look(token);
    if (request.login() != null && !login(request.login()).id().equals(had.user().id())) {
      throw new UnauthorizedException("the token and the password are of two users");
    }
    return request.scope() instanceof WantedScope.ByDefault
        ? tokens.reissueByDefault(had)
        : tokens.reissue(had, scope(request.scope()));
  }

  private @Nullable Scope scope(WantedScope wanted) throws UnauthorizedException {
    return switch (wanted) {
      case WantedScope.ByDefault(), WantedScope.Unscoped() -> null;
      case WantedScope.OfDomain() -> new Scope.OfDomain();
      case WantedScope.OfSystem() -> new Scope.OfSystem();
      case WantedScope.ProjectById(var id) -> new Scope.OfProject(project(id));
      case WantedScope.ProjectByName(var name) ->
          new Scope.OfProject(
              projects
                  .named(name)
                  .map(Project::id)
                  .orElseThrow(() -> new UnauthorizedException("no such project")));
    };
  }

  private static ProjectId project(String text) throws UnauthorizedException {
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw new UnauthorizedException("no such project");
    }
    return new ProjectId(id);
  }

  private Response show(Call call) {
    String text = subjectText(call);
    Authorization subject = ownOrAny(call, text);
    ArrayNode services =
        isWithoutCatalog(call) ? null : catalog.of(call.request().baseUrl(), subject.project());
    return Response.json(200, TokenView.of(subject, services))
        .with(SUBJECT, text)
        .with("Vary", "X-Auth-Token");
  }

  private Response revoke(Call call) {
    tokens.revoke(ownOrAny(call, subjectText(call)));
    return Response.empty(204);
  }

  private Response catalog(Call call) throws UnauthorizedException {
    Authorization own = callers(call);
    if (own.project() == null) {
      throw new HttpException(
          403, "A project-scoped token is required to produce a service catalog.");
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.set("catalog", catalog.of(call.request().baseUrl(), own.project()));
    return Response.json(200, Links.of(call).self(answer, "/auth/catalog"));
  }

  private Response domains(Call call) {
    boolean has = !grants.of(call.caller().userId(), new Scope.OfDomain()).isEmpty();
    return Links.of(call)
        .collection("domains", "/auth/domains", has ? List.of(DomainRoutes.view(call)) : List.of());
  }

  private Response system(Call call) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode system = answer.putArray("system");
    if (!grants.of(call.caller().userId(), new Scope.OfSystem()).isEmpty()) {
      system.addObject().put("all", true);
    }
    return Response.json(200, Links.of(call).self(answer, "/auth/system"));
  }

  private @Nullable ArrayNode wantedCatalog(Call call, Issued issued) {
    return isWithoutCatalog(call)
        ? null
        : catalog.of(call.request().baseUrl(), issued.authorization().project());
  }

  private static boolean isWithoutCatalog(Call call) {
    return call.query("nocatalog") != null;
  }

  /** The token that a call is about, if it is the caller's own or he is an admin. */
  private Authorization ownOrAny(Call call, String text) {
    Authorization subject;
    try {
      subject = tokens.look(text);
    } catch (UnauthorizedException _) {
      throw noToken();
    }
    String _ = Self.requireSelfOrAdmin(call, subject.user().id());
    return subject;
  }

  private Authorization callers(Call call) throws UnauthorizedException {
    String text = call.request().header("X-Auth-Token");
    if (text == null) {
      throw new UnauthorizedException("no token");
    }
    return tokens.look(text);
  }

  private static String subjectText(Call call) {
    String text = call.request().header(SUBJECT);
    if (text == null) {
      throw noToken();
    }
    return text;
  }

  /** Says nothing of the token, since an answer may end in somebody's log. */
  private static HttpException noToken() {
    return new HttpException(404, "Could not find the token.");
  }
}
