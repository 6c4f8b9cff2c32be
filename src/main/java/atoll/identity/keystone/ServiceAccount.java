package atoll.identity.keystone;

import java.util.List;
import java.util.Map;

/**
 * As whom this service logs in at Keystone. It must be allowed to ask about others' tokens, by the
 * role {@code service} or {@code admin}.
 */
public sealed interface ServiceAccount {
  /** The value of {@code auth} in the call for a token. */
  Map<String, Object> auth();

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
  }

  /**
   * A user with a password, for a project.
   *
   * @param project by its id, or by its name in {@code projectDomain}
   */
  record User(String name, Named domain, String password, Named project, Named projectDomain)
      implements ServiceAccount {
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
    public String toString() {
      return "user " + name; // never the password: this may end in a log
    }
  }

  /** What a user made for a program; it is for a project already. */
  record ApplicationCredential(String id, String secret) implements ServiceAccount {
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
