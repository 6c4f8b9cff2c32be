package atoll.model;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A point in time of a volume: what its content was at one instant. Snapshots refer to points;
 * several may share one.
 *
 * <p>In the repository it is the manifest of the same id.
 *
 * @param sequence counts up in the order of taking, over all volumes
 * @param blank whether the volume had no layers when it was taken: all of it reads as zeros
 * @param consistency how whole the content is as the guest sees it
 * @param frozen how long the guest's file systems stood still for it; zero if they were not frozen
 * @param backup what its backup cost, once it is done
 */
public record Point(
    PointId id,
    VolumeId volume,
    long sequence,
    PointState state,
    long sizeBytes,
    Instant takenAt,
    boolean blank,
    Consistency consistency,
    Duration frozen,
    @Nullable BackupFigures backup) {}
