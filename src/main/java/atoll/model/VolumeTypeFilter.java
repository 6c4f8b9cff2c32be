package atoll.model;

import org.jspecify.annotations.Nullable;

/**
 * Which volume types are wanted; what is null does not matter.
 *
 * @param seenBy the project that may use them
 */
public record VolumeTypeFilter(@Nullable ProjectId seenBy, @Nullable Boolean isPublic) {
  /** What volume types can be sorted by. */
  public enum Key {
    CREATED_AT,
    NAME,
    ID
  }
}
