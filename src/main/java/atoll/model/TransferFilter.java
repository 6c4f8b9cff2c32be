package atoll.model;

import org.jspecify.annotations.Nullable;

/**
 * Which transfers are wanted; what is null does not matter.
 *
 * @param project whose volumes are offered
 */
public record TransferFilter(
    @Nullable ProjectId project, @Nullable String name, @Nullable VolumeId volume) {
  /** What transfers can be sorted by. */
  public enum Key {
    CREATED_AT,
    NAME,
    VOLUME,
    ID
  }
}
