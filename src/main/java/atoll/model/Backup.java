package atoll.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A point in time of a volume that is kept under a name and a life of its own, whatever becomes of
 * the volume and its snapshots.
 *
 * @param snapshot what it was made of; absent where the volume itself was
 * @param point its content
 * @param volumeSizeBytes the volume's size at that point
 * @param incremental whether only what had changed since an earlier one was asked for; what is
 *     stored is the same either way
 * @param state where its content is on its way
 */
public record Backup(
    BackupId id,
    VolumeId volume,
    @Nullable SnapshotId snapshot,
    PointId point,
    Owner owner,
    String name,
    String description,
    long volumeSizeBytes,
    boolean incremental,
    SnapshotState state,
    Instant createdAt,
    Instant updatedAt) {}
