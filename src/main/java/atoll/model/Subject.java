package atoll.model;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a task or an alert is about.
 *
 * @param volume the volume itself, or that of the point
 * @param project to whom it belongs; null for what belongs to no project
 */
public record Subject(Kind kind, UUID id, @Nullable VolumeId volume, @Nullable ProjectId project) {
  /** Of which kind it is. */
  public enum Kind {
    VOLUME,
    /** A point in time of a volume. */
    POINT,
    INSTANCE,
    /** The host itself, which has no id: {@link Alert#HOST}. */
    HOST,
    REPOSITORY
  }
}
