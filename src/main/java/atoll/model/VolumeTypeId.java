package atoll.model;

import java.util.UUID;

/** Names a volume type. */
public record VolumeTypeId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static VolumeTypeId of(String text) {
    return new VolumeTypeId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
