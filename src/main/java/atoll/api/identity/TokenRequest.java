package atoll.api.identity;

import atoll.api.openstack.Fields;
import atoll.http.HttpException;
import atoll.identity.Domain;
import atoll.identity.Token;
import atoll.identity.UnauthorizedException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What somebody says who wants a token: who he is, how he proves it, and what the token is to be
 * for.
 *
 * <p>Source: OpenStack, Identity API v3, "Authentication and token management".
 *
 * @param login null unless a password is to prove it
 * @param token null unless a token is to prove it
 */
record TokenRequest(@Nullable Login login, @Nullable String token, WantedScope scope) {
  /**
   * A user and what is said to be his password.
   *
   * @param id null if he is named by {@code name}
   * @param name null if he is named by {@code id}
   */
  record Login(@Nullable String id, @Nullable String name, String password) {
    @Override
    public String toString() {
      return "Login"; // never the password: this may end in a log
    }
  }

  /** What a token is to be for. */
  sealed interface WantedScope {
    /** For the user's default project, if he has one. */
    record ByDefault() implements WantedScope {}

    /** For nothing yet. */
    record Unscoped() implements WantedScope {}

    /** For the project of that id. */
    record ProjectById(String id) implements WantedScope {}

    /** For the project of that name. */
    record ProjectByName(String name) implements WantedScope {}

    /** For the domain. */
    record OfDomain() implements WantedScope {}

    /** For the system. */
    record OfSystem() implements WantedScope {}
  }

  /**
   * Reads the body of a call.
   *
   * @throws HttpException with 400 if it makes no sense, with 401 if it names a method that is not
   *     known here
   * @throws UnauthorizedException if it names another domain
   */
  static TokenRequest of(JsonNode body) throws UnauthorizedException {
    Fields auth = Fields.in(body, "auth");
    Fields identity = Fields.of("identity", auth.required("identity"));
    Set<Token.Method> methods = methods(identity);
    Login login = null;
    String token = null;
    if (methods.contains(Token.Method.PASSWORD)) {
      login = login(member(identity, "password", "identity"));
    }
    if (methods.contains(Token.Method.TOKEN)) {
      token = Bodies.requiredSecret(member(identity, "token", "identity"), "id");
    }
    return new TokenRequest(login, token, scope(auth));
  }

  private static Set<Token.Method> methods(Fields identity) {
    JsonNode names = identity.required("methods");
    if (!names.isArray() || names.isEmpty()) {
      throw Fields.refused("methods", names, "It has to be a list with a method in it.");
    }
    var methods = EnumSet.noneOf(Token.Method.class);
    for (JsonNode name : names) {
      if (!name.isString()) {
        throw Fields.refused("methods", names, "A method is a text.");
      }
      switch (name.stringValue()) {
        case "password" -> methods.add(Token.Method.PASSWORD);
        case "token" -> methods.add(Token.Method.TOKEN);
        default ->
            throw new HttpException(401, "Attempted to authenticate with an unsupported method.");
      }
    }
    return methods;
  }

  private static Login login(Fields password) throws UnauthorizedException {
    Fields user = member(password, "user", "password");
    String secret = Bodies.requiredSecret(user, "password");
    String id = user.text("id", Fields.NAME_MAX);
    if (id != null) {
      return new Login(id, null, secret);
    }
    String name = user.text("name", Fields.NAME_MAX);
    if (name == null) {
      throw missing("id or name", "user");
    }
    requireDomain(member(user, "domain", "user"));
    return new Login(null, name, secret);
  }

  private static WantedScope scope(Fields auth) throws UnauthorizedException {
    if (!auth.has("scope")) {
      return new WantedScope.ByDefault();
    }
    JsonNode value = auth.required("scope");
    if (value.isString() && value.stringValue().equals("unscoped")) {
      return new WantedScope.Unscoped();
    }
    Fields scope = Fields.of("scope", value);
    long kinds =
        value.propertyNames().stream()
            .filter(Set.of("project", "domain", "system", "unscoped", "OS-TRUST:trust")::contains)
            .count();
    if (kinds != 1 || scope.has("OS-TRUST:trust")) {
      throw missing("one of system, project, domain or unscoped", "scope");
    }
    if (scope.has("unscoped")) {
      return new WantedScope.Unscoped();
    }
    if (scope.has("system")) {
      return system(member(scope, "system", "scope"));
    }
    if (scope.has("domain")) {
      requireDomain(member(scope, "domain", "scope"));
      return new WantedScope.OfDomain();
    }
    return project(member(scope, "project", "scope"));
  }

  private static WantedScope system(Fields system) {
    if (!system.flag("all", false)) {
      throw missing("all", "system");
    }
    return new WantedScope.OfSystem();
  }

  private static WantedScope project(Fields project) throws UnauthorizedException {
    String name = project.text("name", Fields.NAME_MAX);
    if (name != null) {
      requireDomain(member(project, "domain", "project"));
      return new WantedScope.ProjectByName(name);
    }
    String id = project.text("id", Fields.NAME_MAX);
    if (id == null) {
      throw missing("id or name", "project");
    }
    return new WantedScope.ProjectById(id);
  }

  private static void requireDomain(Fields domain) throws UnauthorizedException {
    String id = domain.text("id", Fields.NAME_MAX);
    String name = domain.text("name", Fields.NAME_MAX);
    if (id == null && name == null) {
      throw missing("id or name", "domain");
    }
    boolean isDefault =
        (id == null || id.equals(Domain.DEFAULT.id()))
            && (name == null || name.equalsIgnoreCase(Domain.DEFAULT.name()));
    if (!isDefault) {
      throw new UnauthorizedException("no such domain");
    }
  }

  private static Fields member(Fields fields, String name, String in) {
    Fields member = fields.object(name);
    if (member == null) {
      throw missing(name, in);
    }
    return member;
  }

  private static HttpException missing(String what, String where) {
    return new HttpException(
        400,
        ("Expecting to find %s in %s. The server could not comply with the request since it is"
                + " either malformed or otherwise incorrect. The client is assumed to be in error.")
            .formatted(what, where));
  }

  @Override
  public String toString() {
    return "TokenRequest for " + scope; // never the password or token: this may end in a log
  }
}
