package atoll.model;

import java.util.UUID;

/** Names QoS specs. */
public record QosSpecsId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static QosSpecsId of(String text) {
    return new QosSpecsId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
