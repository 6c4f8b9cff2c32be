package atoll.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a volume, as its owner sees it.
 *
 * @param point its content
 * @param set shared by the snapshots that were taken at one instant; absent where one was taken
 *     alone
 * @param volumeSizeBytes the volume's size when it was taken
 * @param scheduledAt when it was asked for
 */
public record Snapshot(
    SnapshotId id,
    VolumeId volume,
    PointId point,
    @Nullable SnapshotSetId set,
    Owner owner,
    String name,
    String description,
    long volumeSizeBytes,
    SnapshotState state,
    Instant scheduledAt,
    Instant createdAt,
    Instant updatedAt) {}
