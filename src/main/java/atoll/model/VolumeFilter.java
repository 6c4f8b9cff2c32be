package atoll.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which volumes are wanted; what is null or empty does not matter.
 *
 * @param project whose
 * @param statuses one of them
 * @param attachedTo the instance that has it, or that it is reserved for
 * @param metadata all of these among what their owner notes
 */
public record VolumeFilter(
    @Nullable ProjectId project,
    @Nullable VolumeId id,
    @Nullable String name,
    List<VolumeStatus> statuses,
    @Nullable Boolean bootable,
    @Nullable VolumeTypeId type,
    @Nullable SnapshotId origin,
    @Nullable InstanceId attachedTo,
    Map<String, String> metadata,
    Period created,
    Period updated) {
  /** What volumes can be sorted by. */
  public enum Key {
    CREATED_AT,
    UPDATED_AT,
    NAME,
    SIZE,
    STATUS,
    BOOTABLE,
    ID
  }

  public VolumeFilter {
    statuses = List.copyOf(statuses);
    metadata = Map.copyOf(metadata);
  }

  /** All of a project, or of every project. */
  public static VolumeFilter of(@Nullable ProjectId project) {
    return new VolumeFilter(
        project, null, null, List.of(), null, null, null, null, Map.of(), Period.ANY, Period.ANY);
  }
}
