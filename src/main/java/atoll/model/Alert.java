package atoll.model;

import java.time.Instant;
import java.util.UUID;

/**
 * Something that a person should know: it is there until it ends by itself, or is dismissed.
 *
 * @param subject the volume, point or instance it is about; {@link #HOST} for the host itself
 * @param message what was seen last
 * @param raisedAt when it was seen first
 * @param updatedAt when it was seen last
 * @param times how often it was seen
 */
public record Alert(
    long id,
    AlertKind kind,
    UUID subject,
    String message,
    Instant raisedAt,
    Instant updatedAt,
    long times) {
  /** Stands for the host, which has no id. */
  public static final UUID HOST = new UUID(0, 0);
}
