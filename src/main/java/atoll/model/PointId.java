package atoll.model;

import java.util.UUID;

/** Names a point in time of a volume. */
public record PointId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static PointId of(String text) {
    return new PointId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
