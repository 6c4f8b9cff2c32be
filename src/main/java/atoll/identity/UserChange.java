package atoll.identity;

import atoll.model.ProjectId;
import org.jspecify.annotations.Nullable;

/**
 * What is to be another of a user; null where it stays.
 *
 * @param email empty to have none
 * @param description empty to have none
 */
public record UserChange(
    @Nullable String name,
    @Nullable String password,
    @Nullable String email,
    @Nullable String description,
    @Nullable Boolean enabled,
    @Nullable DefaultProject defaultProject) {
  /** Another default project; null to have none. */
  public record DefaultProject(@Nullable ProjectId id) {}

  @Override
  public String toString() {
    return "UserChange"; // never the password: this may end in a log
  }
}
