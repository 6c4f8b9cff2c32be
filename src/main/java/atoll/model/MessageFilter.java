package atoll.model;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which messages are wanted; what is null does not matter.
 *
 * @param kinds one of them
 * @param subject what they are about
 */
public record MessageFilter(
    @Nullable ProjectId project, List<MessageKind> kinds, @Nullable UUID subject) {
  /** What messages can be sorted by. */
  public enum Key {
    CREATED_AT,
    EXPIRES_AT,
    SUBJECT,
    ID
  }

  public MessageFilter {
    kinds = List.copyOf(kinds);
  }
}
