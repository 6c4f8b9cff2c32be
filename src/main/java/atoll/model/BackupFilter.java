package atoll.model;

import org.jspecify.annotations.Nullable;

/**
 * Which backups are wanted; what is null does not matter.
 *
 * @param project whose
 * @param stored whether they are whole in the repository
 */
public record BackupFilter(
    @Nullable ProjectId project,
    @Nullable String name,
    @Nullable VolumeId volume,
    @Nullable SnapshotId snapshot,
    @Nullable Boolean stored) {
  /** What backups can be sorted by. */
  public enum Key {
    CREATED_AT,
    UPDATED_AT,
    NAME,
    SIZE,
    VOLUME,
    ID
  }

  /** All of a volume. */
  public static BackupFilter of(VolumeId volume) {
    return new BackupFilter(null, null, volume, null, null);
  }
}
