package atoll.identity;

import atoll.db.Transaction;
import atoll.identity.IdentityRefusal.NotFound;
import atoll.model.Project;
import atoll.model.Role;
import atoll.model.RoleAssignment;
import atoll.model.Scope;
import atoll.model.User;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who has which role on what. */
public final class Grants {
  private final Ledger ledger;

  Grants(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * A role that somebody has, with what its ids stand for.
   *
   * @param project null where it is not a project that the role is on
   * @param impliedBy the role because of which he has it; null if it was given to him
   */
  public record Grant(
      User user, Scope scope, @Nullable Project project, Role role, @Nullable Role impliedBy) {}

  /** Gives a role; does nothing if the user has it. */
  public void grant(RoleAssignment assignment) {
    ledger.change(tx -> {
      requireThere(tx, assignment);
      tx.roles().grant(assignment);
    });
  }

  /** Takes a role. */
  public void revoke(RoleAssignment assignment) {
    ledger.change(tx -> {
      requireThere(tx, assignment);
      if (!tx.roles().revoke(assignment)) {
        throw notGranted(assignment);
      }
    });
  }

  /** Demands that a user was given a role. */
  public void require(RoleAssignment assignment) {
    ledger.read(tx -> {
      requireThere(tx, assignment);
      List<Role> roles = tx.roles().of(assignment.user(), assignment.scope());
      if (roles.stream().noneMatch(role -> role.id().equals(assignment.role()))) {
        throw notGranted(assignment);
      }
      return roles;
    });
  }

  /** What a user was given there, by name. */
  public List<Role> of(String user, Scope scope) {
    return ledger.read(tx -> {
      requireThere(tx, user, scope);
      return tx.roles().of(user, scope);
    });
  }

  /** Everything that was given to anybody. */
  public List<Grant> list() {
    return ledger.read(
        tx -> tx.roles().assignments().stream().map(assignment -> grant(tx, assignment)).toList());
  }

  /** As {@link #list}, each followed by what it implies. */
  public List<Grant> listEffective() {
    return ledger.read(tx -> {
      var all = new ArrayList<Grant>();
      for (RoleAssignment assignment : tx.roles().assignments()) {
        Grant grant = grant(tx, assignment);
        for (Role role : ImpliedRoles.with(tx, List.of(grant.role))) {
          Role prior = role.equals(grant.role) ? null : grant.role;
          all.add(new Grant(grant.user, grant.scope, grant.project, role, prior));
        }
      }
      return all;
    });
  }

  private static Grant grant(Transaction tx, RoleAssignment assignment) {
    Scope scope = assignment.scope();
    return new Grant(
        Users.find(tx, assignment.user()),
        scope,
        scope instanceof Scope.OfProject(var id) ? Projects.find(tx, id) : null,
        Roles.find(tx, assignment.role()),
        null);
  }

  private static void requireThere(Transaction tx, RoleAssignment assignment) {
    requireThere(tx, assignment.user(), assignment.scope());
    var _ = Roles.find(tx, assignment.role());
  }

  private static void requireThere(Transaction tx, String user, Scope scope) {
    var _ = Users.find(tx, user);
    if (scope instanceof Scope.OfProject(var id)) {
      var _ = Projects.find(tx, id);
    }
  }

  private static IdentityRefusedException notGranted(RoleAssignment assignment) {
    return new IdentityRefusedException(
        new NotFound(
            "role assignment",
            "role %s of user %s".formatted(assignment.role(), assignment.user())));
  }
}
