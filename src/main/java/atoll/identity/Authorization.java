package atoll.identity;

import atoll.model.Project;
import atoll.model.Role;
import atoll.model.User;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a token allows at the moment.
 *
 * @param project what the token is for, if it is for a project
 * @param roles with those that they imply; none if the token is for nothing
 */
public record Authorization(Token token, User user, @Nullable Project project, List<Role> roles) {
  public Authorization {
    roles = List.copyOf(roles);
  }

  /** Who calls with the token. */
  Caller caller() {
    return new Caller(
        user.id(),
        project == null ? null : project.id(),
        Caller.withImplied(roles.stream().map(Role::name).collect(Collectors.toSet())),
        token.expiresAt());
  }
}
