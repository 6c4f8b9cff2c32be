package atoll.model;

import java.util.UUID;

/** Names a volume. */
public record VolumeId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static VolumeId of(String text) {
    return new VolumeId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
