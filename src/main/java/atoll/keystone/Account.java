package atoll.keystone;

import java.net.URI;
import java.util.List;
import java.util.Map;

/** As whom a token is asked for at a Keystone. */
public sealed interface Account {
  /** The value of {@code auth} in the call for a token. */
  Map<String, Object> auth();

  /**
   * Where that call goes.
   *
   * @param authUrl of the Keystone, with or without {@code /v3} at its end
   */
  static URI tokens(String authUrl) {
    String base = authUrl.replaceFirst("/+$", "");
    return URI.create((base.endsWith("/v3") ? base : base + "/v3") + "/auth/tokens");
  }

  /** Something that has a name among others, or an id: as Keystone is told it. */
  record Named(String key, String value) {
    /** By its id. */
    public static Named ofId(String id) {
      return new Named("id", id);
    }

    /** By its name. */
    public static Named ofName(String name) {
      return new Named("name", name);
    }

    /** A domain, as clients choose it of what is in their variables; empty for what is not. */
    public static Named domain(String name, String id) {
      return name.isEmpty() && !id.isEmpty() ? ofId(id) : ofName(name.isEmpty() ? "Default" : name);
    }
  }

  /**
   * A user with a password, for a project.
   *
   * @param project by its id, or by its name in {@code projectDomain}
   */
  record User(String name, Named domain, String password, Named project, Named projectDomain)
      implements Account {
    @Override
    public Map<String, Object> auth() {
      Map<String, Object> user =
          Map.of("name", name, "domain", Map.of(domain.key, domain.value), "password", password);
      Map<String, Object> scope =
          Map.of(
              project.key, project.value, "domain", Map.of(projectDomain.key, projectDomain.value));
      return Map.of(
          "identity",
          Map.of("methods", List.of("password"), "password", Map.of("user", user)),
          "scope",
          Map.of("project", scope));
    }

    @Override
    public String toString() { // never the password: this may end in a log
      return name + " of " + domain.value + ", project " + project.value;
    }
  }

  /** What a user made for a program; it is for a project already. */
  record ApplicationCredential(String id, String secret) implements Account {
    @Override
    public Map<String, Object> auth() {
      String method = "application_credential";
      return Map.of(
          "identity",
          Map.of("methods", List.of(method), method, Map.of("id", id, "secret", secret)));
    }

    @Override
    public String toString() {
      return "application credential " + id; // never the secret
    }
  }
}
