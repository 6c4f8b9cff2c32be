package atoll.model;

import java.util.UUID;

/** Names the snapshots that were taken together, at one instant. */
public record SnapshotSetId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static SnapshotSetId of(String text) {
    return new SnapshotSetId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
