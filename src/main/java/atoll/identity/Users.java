package atoll.identity;

import atoll.db.Transaction;
import atoll.identity.IdentityRefusal.Conflict;
import atoll.identity.IdentityRefusal.NotFound;
import atoll.model.ProjectId;
import atoll.model.User;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The verbs of users. */
public final class Users {
  private static final String KIND = "user";

  private final Ledger ledger;
  private final Passwords passwords;
  private final Randomness randomness;
  private final InstantSource clock;

  Users(Ledger ledger, Passwords passwords, Randomness randomness, InstantSource clock) {
    this.ledger = ledger;
    this.passwords = passwords;
    this.randomness = randomness;
    this.clock = clock;
  }

  /** Makes a user. */
  public User create(UserSpec spec) {
    String hash = spec.password() == null ? null : passwords.hash(spec.password());
    var user =
        new User(
            randomness.hexId(),
            spec.name(),
            spec.email(),
            spec.description(),
            spec.enabled(),
            spec.defaultProject(),
            0,
            clock.instant());
    ledger.change(tx -> {
      if (spec.defaultProject() != null) {
        var _ = Projects.find(tx, spec.defaultProject());
      }
      if (!tx.users().insert(user, hash)) {
        throw new IdentityRefusedException(new Conflict(KIND, spec.name()));
      }
    });
    return user;
  }

  /** The user of that id. */
  public User get(String id) {
    return ledger.read(tx -> find(tx, id));
  }

  /** The user of that name. */
  public Optional<User> named(String name) {
    return ledger.read(tx -> tx.users().findNamed(name));
  }

  /** All users, by name. */
  public List<User> list() {
    return ledger.read(tx -> tx.users().list());
  }

  /** Changes a user; another password, and being disabled, make his tokens void. */
  public User update(String id, UserChange change) {
    String hash = change.password() == null ? null : passwords.hash(change.password());
    return ledger.write(tx -> {
      User user = changed(tx, find(tx, id), change);
      Optional<User> namesake = tx.users().findNamed(user.name());
      if (namesake.isPresent() && !namesake.get().id().equals(id)) {
        throw new IdentityRefusedException(new Conflict(KIND, user.name()));
      }
      User stored = hash != null || !user.enabled() ? user.withNextEra() : user;
      tx.users().update(stored);
      if (hash != null) {
        tx.users().setPasswordHash(id, hash);
      }
      return stored;
    });
  }

  private static User changed(Transaction tx, User old, UserChange change) {
    ProjectId project = old.defaultProject();
    if (change.defaultProject() != null) {
      project = change.defaultProject().id();
      if (project != null) {
        var _ = Projects.find(tx, project);
      }
    }
    return new User(
        old.id(),
        change.name() == null ? old.name() : change.name(),
        changed(old.email(), change.email()),
        changed(old.description(), change.description()),
        change.enabled() == null ? old.enabled() : change.enabled(),
        project,
        old.tokenEra(),
        old.createdAt());
  }

  private static @Nullable String changed(@Nullable String old, @Nullable String now) {
    if (now == null) {
      return old;
    }
    return now.isEmpty() ? null : now;
  }

  /** Removes a user with roles and credentials; what he made stays. */
  public void delete(String id) {
    if (!ledger.write(tx -> tx.users().delete(id))) {
      throw notFound(id);
    }
  }

  static User find(Transaction tx, String id) {
    return tx.users().find(id).orElseThrow(() -> notFound(id));
  }

  private static IdentityRefusedException notFound(String id) {
    return new IdentityRefusedException(new NotFound(KIND, id));
  }
}
