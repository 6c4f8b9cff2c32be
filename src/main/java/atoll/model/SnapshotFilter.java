package atoll.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which snapshots are wanted; what is null or empty does not matter.
 *
 * @param project whose
 * @param usable whether they can be made volumes of; those that are lost cannot
 * @param metadata all of these among what their owner notes
 */
public record SnapshotFilter(
    @Nullable ProjectId project,
    @Nullable SnapshotId id,
    @Nullable String name,
    @Nullable VolumeId volume,
    @Nullable Boolean usable,
    Map<String, String> metadata,
    Period created,
    Period updated) {
  /** What snapshots can be sorted by. */
  public enum Key {
    CREATED_AT,
    UPDATED_AT,
    NAME,
    SIZE,
    VOLUME,
    ID
  }

  public SnapshotFilter {
    metadata = Map.copyOf(metadata);
  }

  /** The same, of those that can or cannot be made volumes of; null for both. */
  public SnapshotFilter withUsable(@Nullable Boolean which) {
    return new SnapshotFilter(project, id, name, volume, which, metadata, created, updated);
  }

  /** All of a project, or of every project. */
  public static SnapshotFilter of(@Nullable ProjectId project) {
    return new SnapshotFilter(project, null, null, null, null, Map.of(), Period.ANY, Period.ANY);
  }
}
