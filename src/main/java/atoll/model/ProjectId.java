package atoll.model;

import java.util.UUID;

/** Names a project: the owner of things, and a repository's domain. */
public record ProjectId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static ProjectId of(String text) {
    return new ProjectId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
