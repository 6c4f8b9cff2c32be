package atoll.identity;

import atoll.db.Transaction;
import atoll.identity.IdentityRefusal.Conflict;
import atoll.identity.IdentityRefusal.Forbidden;
import atoll.identity.IdentityRefusal.NotFound;
import atoll.model.Role;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The verbs of roles. */
public final class Roles {
  /** Those that the service's own rules name: they stay as they are. */
  static final Set<String> BUILT_IN = Set.of("admin", "member", "reader");

  private static final String KIND = "role";

  private final Ledger ledger;
  private final Randomness randomness;
  private final InstantSource clock;

  Roles(Ledger ledger, Randomness randomness, InstantSource clock) {
    this.ledger = ledger;
    this.randomness = randomness;
    this.clock = clock;
  }

  /** Whether a role cannot be changed or removed. */
  public static boolean isBuiltIn(Role role) {
    return BUILT_IN.contains(role.name());
  }

  /** Makes a role, which allows nothing here: other services may know it. */
  public Role create(String name, @Nullable String description) {
    var role = new Role(randomness.hexId(), name, description, clock.instant());
    if (!ledger.write(tx -> tx.roles().insert(role))) {
      throw new IdentityRefusedException(new Conflict(KIND, name));
    }
    return role;
  }

  /** The role of that id. */
  public Role get(String id) {
    return ledger.read(tx -> find(tx, id));
  }

  /** All roles, by name. */
  public List<Role> list() {
    return ledger.read(tx -> tx.roles().list());
  }

  /** Changes a role; null where it stays. */
  public Role update(String id, @Nullable String name, @Nullable String description) {
    return ledger.write(tx -> {
      Role old = find(tx, id);
      requireChangeable(old);
      var role =
          new Role(
              id,
              name == null ? old.name() : name,
              description == null ? old.description() : description,
              old.createdAt());
      Optional<Role> namesake = tx.roles().findNamed(role.name());
      if (namesake.isPresent() && !namesake.get().id().equals(id)) {
        throw new IdentityRefusedException(new Conflict(KIND, role.name()));
      }
      tx.roles().update(role);
      return role;
    });
  }

  /** Removes a role, and takes it from all who have it. */
  public void delete(String id) {
    ledger.change(tx -> {
      requireChangeable(find(tx, id));
      boolean _ = tx.roles().delete(id);
    });
  }

  private static void requireChangeable(Role role) {
    if (isBuiltIn(role)) {
      throw new IdentityRefusedException(
          new Forbidden("Cannot modify immutable role %s.".formatted(role.name())));
    }
  }

  static Role find(Transaction tx, String id) {
    return tx.roles()
        .find(id)
        .orElseThrow(() -> new IdentityRefusedException(new NotFound(KIND, id)));
  }
}
