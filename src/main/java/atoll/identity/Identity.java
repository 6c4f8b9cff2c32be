package atoll.identity;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.Project;
import atoll.model.ProjectId;
import atoll.model.Role;
import atoll.model.RoleAssignment;
import atoll.model.Scope;
import atoll.model.User;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything of the room, put together: what to open first.
 *
 * <p>An empty database gets the project, the role and the user {@code admin}, and the roles {@code
 * member} and {@code reader}.
 */
public final class Identity {
  private static final String ADMIN = "admin";
  private static final String TOKEN_KEY = "token-key";

  private final Ledger ledger;
  private final Passwords passwords;
  private final Randomness randomness;
  private final InstantSource clock;
  private final Attempts attempts;
  private final Projects projects;
  private final Users users;
  private final Roles roles;
  private final Grants grants;
  private final Credentials credentials;
  private final Logins logins;
  private final Tokens tokens;

  private Identity(
      Ledger ledger,
      TokenText tokenText,
      IdentitySettings settings,
      Randomness randomness,
      InstantSource clock) {
    this.ledger = ledger;
    this.randomness = randomness;
    this.clock = clock;
    this.passwords = new Passwords(randomness);
    this.attempts = new Attempts(clock);
    this.projects = new Projects(ledger, randomness, clock);
    this.users = new Users(ledger, passwords, randomness, clock);
    this.roles = new Roles(ledger, randomness, clock);
    this.grants = new Grants(ledger);
    this.credentials = new Credentials(ledger, randomness, clock);
    var successes = new Successes(MacKey.random(randomness), clock);
    this.logins = new Logins(ledger, passwords, attempts, successes);
    this.tokens =
        new Tokens(
            ledger,
            tokenText,
            settings.tokenLifetime(),
            randomness,
            clock,
            new RecentAuthorizations(ledger, clock));
  }

  /**
   * What was opened.
   *
   * @param adminPassword null if there had been users
   */
  public record Opened(Identity identity, @Nullable NewPassword adminPassword) {}

  /**
   * Opens what is in the database, and makes the first things in an empty one.
   *
   * @param random must be one that nobody can foresee; keys and passwords come from it
   */
  public static Opened open(
      Database database, IdentitySettings settings, SecureRandom random, InstantSource clock) {
    var ledger = new Ledger(database);
    var randomness = new Randomness(random);
    MacKey key = MacKey.of(tokenKey(ledger, randomness));
    var identity = new Identity(ledger, new TokenText(key), settings, randomness, clock);
    boolean isEmpty = ledger.read(tx -> tx.users().list().isEmpty());
    return new Opened(identity, isEmpty ? identity.resetAdminPassword() : null);
  }

  /** Reads first: a write would wait for all that the engine writes when it starts. */
  private static String tokenKey(Ledger ledger, Randomness randomness) {
    return ledger
        .read(tx -> tx.secrets().find(TOKEN_KEY))
        .orElseGet(() -> {
          String made = Base64.getEncoder().encodeToString(randomness.bytes(MacKey.BYTES));
          return ledger.write(tx -> tx.secrets().findOrInsert(TOKEN_KEY, made));
        });
  }

  public Projects projects() {
    return projects;
  }

  public Users users() {
    return users;
  }

  public Roles roles() {
    return roles;
  }

  public Grants grants() {
    return grants;
  }

  public Credentials credentials() {
    return credentials;
  }

  public Logins logins() {
    return logins;
  }

  public Tokens tokens() {
    return tokens;
  }

  /**
   * Gives the user {@code admin} a password that is made up, enables him, and makes what is missing
   * of him and his project: the way back in for whoever runs the service.
   */
  public NewPassword resetAdminPassword() {
    var password = new NewPassword(ADMIN, randomness.password());
    String hash = passwords.hash(password.password());
    User admin = ledger.write(tx -> makeAdmin(tx, hash));
    attempts.forget(admin.id());
    return password;
  }

  private User makeAdmin(Transaction tx, String hash) {
    for (String name : Roles.BUILT_IN) {
      var role = new Role(randomness.hexId(), name, null, clock.instant());
      boolean _ = tx.roles().insert(role);
    }
    ProjectId project = makeProject(tx);
    User admin = makeUser(tx, project, hash);
    Role role = tx.roles().findNamed(ADMIN).orElseThrow();
    tx.roles().grant(new RoleAssignment(admin.id(), new Scope.OfProject(project), role.id()));
    tx.roles().grant(new RoleAssignment(admin.id(), new Scope.OfSystem(), role.id()));
    return admin;
  }

  private ProjectId makeProject(Transaction tx) {
    var first =
        new Project(
            randomness.projectId(),
            ADMIN,
            "The project of those who run the service",
            true,
            clock.instant());
    boolean _ = tx.projects().insert(first);
    Project project = tx.projects().findNamed(ADMIN).orElseThrow();
    tx.projects()
        .update(
            new Project(
                project.id(), project.name(), project.description(), true, project.createdAt()));
    return project.id();
  }

  private User makeUser(Transaction tx, ProjectId project, String hash) {
    Optional<User> there = tx.users().findNamed(ADMIN);
    if (there.isEmpty()) {
      var first =
          new User(randomness.hexId(), ADMIN, null, null, true, project, 0, clock.instant());
      boolean _ = tx.users().insert(first, hash);
      return first;
    }
    User old = there.get();
    User admin =
        new User(
                old.id(),
                old.name(),
                old.email(),
                old.description(),
                true,
                old.defaultProject() == null ? project : old.defaultProject(),
                old.tokenEra(),
                old.createdAt())
            .withNextEra();
    tx.users().update(admin);
    tx.users().setPasswordHash(admin.id(), hash);
    return admin;
  }
}
