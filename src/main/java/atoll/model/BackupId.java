package atoll.model;

import java.util.UUID;

/** Names a backup. */
public record BackupId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static BackupId of(String text) {
    return new BackupId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
