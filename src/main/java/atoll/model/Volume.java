package atoll.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A block device that outlives instances.
 *
 * @param sizeBytes a multiple of 512
 * @param fault why it is in {@link VolumeStatus#ERROR}
 * @param origin the snapshot it was made from
 * @param source the volume it was cloned from
 * @param basePoint the newest point in time of its line that is in the repository: what it holds
 *     while it has no layers, and what the next backup is written against
 * @param awaitedPoint the point in time that becomes its content as soon as it is in the repository
 *     and nothing of the content before waits to get there
 * @param reservedFor the only instance it may be attached to while it is {@link
 *     VolumeStatus#RESERVED}; null for any
 * @param deletedAt set once it is deleted; the row stays
 */
public record Volume(
    VolumeId id,
    Owner owner,
    String name,
    String description,
    long sizeBytes,
    VolumeTraits traits,
    VolumeStatus status,
    @Nullable String fault,
    @Nullable SnapshotId origin,
    @Nullable VolumeId source,
    @Nullable PointId basePoint,
    @Nullable PointId awaitedPoint,
    @Nullable InstanceId reservedFor,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant deletedAt) {
  /** The unit that volume sizes are multiples of, in bytes. */
  public static final int SECTOR_BYTES = 512;

  /** The largest volume: 64 TiB, in bytes. */
  public static final long SIZE_MAX_BYTES = 64L << 40;

  public Volume {
    if (sizeBytes < SECTOR_BYTES || sizeBytes % SECTOR_BYTES != 0 || sizeBytes > SIZE_MAX_BYTES) {
      throw new IllegalArgumentException("volume of " + sizeBytes + " bytes");
    }
  }
}
