package atoll.identity;

import atoll.db.Database;
import atoll.db.TestDatabase;
import atoll.model.Project;
import atoll.model.ProjectId;
import atoll.model.Role;
import atoll.model.RoleAssignment;
import atoll.model.Scope;
import atoll.model.User;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** Identity in a real database, with a clock that stands. */
public final class IdentityFixture implements AutoCloseable {
  public final SetClock clock = new SetClock();
  public final Database database;
  public final Identity identity;
  private final String adminPassword;

  /** Opens what is in a folder. */
  public IdentityFixture(Path folder) throws IOException {
    database = TestDatabase.open(folder);
    Identity.Opened opened =
        Identity.open(database, IdentitySettings.DEFAULT, new SecureRandom(), clock);
    identity = opened.identity();
    adminPassword = opened.adminPassword() == null ? "" : opened.adminPassword().password();
  }

  /** The password that was made for the first user; empty if there had been one. */
  public String adminPassword() {
    return adminPassword;
  }

  public User admin() {
    return identity.users().named("admin").orElseThrow();
  }

  public ProjectId adminProject() {
    return identity.projects().named("admin").orElseThrow().id();
  }

  /** A new project. */
  public Project project(String name) {
    return identity.projects().create(name, "", true);
  }

  /** A new user, who can log in if there is a password. */
  public User user(String name, @Nullable String password) {
    return identity.users().create(new UserSpec(name, password, null, null, true, null));
  }

  /** A new user with a role in a project. */
  public User user(String name, Project project, String role) {
    User user = user(name, (String) null);
    grant(user, project, role);
    return user;
  }

  /** Gives a role in a project. */
  public void grant(User user, Project project, String role) {
    identity.grants().grant(assignment(user, project, role));
  }

  /** That a user has a role in a project. */
  public RoleAssignment assignment(User user, Project project, String role) {
    return new RoleAssignment(user.id(), new Scope.OfProject(project.id()), role(role).id());
  }

  public Role role(String name) {
    return identity.roles().list().stream()
        .filter(role -> role.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** A token as one gets it who has logged in. */
  public String token(User user, @Nullable Scope scope) throws UnauthorizedException {
    return identity.tokens().issue(user, scope).text();
  }

  /** A token for a project. */
  public String token(User user, Project project) throws UnauthorizedException {
    return token(user, new Scope.OfProject(project.id()));
  }

  @Override
  public void close() {
    database.close();
  }
}
