package atoll.model;

import java.util.UUID;

/** Names a message. */
public record MessageId(UUID value) {
  /**
   * Reads the usual 36 characters.
   *
   * @throws IllegalArgumentException if they are not a UUID
   */
  public static MessageId of(String text) {
    return new MessageId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
