package atoll.identity;

import atoll.model.ProjectId;
import org.jspecify.annotations.Nullable;

/**
 * What a new user is to be.
 *
 * @param password null for one who cannot log in
 */
public record UserSpec(
    String name,
    @Nullable String password,
    @Nullable String email,
    @Nullable String description,
    boolean enabled,
    @Nullable ProjectId defaultProject) {
  @Override
  public String toString() {
    return "UserSpec " + name; // never the password: this may end in a log
  }
}
