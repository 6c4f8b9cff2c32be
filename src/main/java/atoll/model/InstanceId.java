package atoll.model;

import java.util.UUID;

/** Names an instance. */
public record InstanceId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static InstanceId of(String text) {
    return new InstanceId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
