package atoll.identity;

import atoll.db.Transaction;
import atoll.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The roles that other roles imply, as {@link Caller} has it. */
final class ImpliedRoles {
  private ImpliedRoles() {}

  /** The roles, then those that they imply and that are not among them. */
  static List<Role> with(Transaction tx, List<Role> roles) {
    Set<String> names = roles.stream().map(Role::name).collect(Collectors.toSet());
    var all = new ArrayList<>(roles);
    for (String name : Caller.withImplied(names)) {
      Optional<Role> role = tx.roles().findNamed(name);
      role.filter(implied -> !all.contains(implied)).ifPresent(all::add);
    }
    return all;
  }
}
