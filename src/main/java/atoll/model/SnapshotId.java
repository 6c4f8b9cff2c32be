package atoll.model;

import java.util.UUID;

/** Names a snapshot. */
public record SnapshotId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static SnapshotId of(String text) {
    return new SnapshotId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
