package atoll.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person or a program that has a password; the password's hash stays in the table.
 *
 * @param id 32 hexadecimal digits
 * @param name no other user has it
 * @param enabled one who is not cannot log in, and his tokens are void
 * @param defaultProject for what a token is that is asked for without a scope
 * @param tokenEra tokens of other eras are void; a counter and no time, so that no clock that is
 *     set back can make an old token good again
 */
public record User(
    String id,
    String name,
    @Nullable String email,
    @Nullable String description,
    boolean enabled,
    @Nullable ProjectId defaultProject,
    long tokenEra,
    Instant createdAt) {
  /** The same user, all of whose tokens are void. */
  public User withNextEra() {
    return new User(id, name, email, description, enabled, defaultProject, tokenEra + 1, createdAt);
  }
}
