package atoll.demo.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The image that is asked for.
 *
 * @param given a raw image or block device of the user's own, of which a copy is made; null for an
 *     ext4 file system with files of this host
 * @param sizeBytes of the disk, if it is to be made
 * @param contentBytes what its files fill at most, if it is to be made
 * @param changedPart how much of what is allocated changes between the backups, above 0, at most
 *     {@link #CHANGED_PART_MAX}
 * @param seed decides which files and which changes
 */
record ImageSpec(
    @Nullable Path given, long sizeBytes, long contentBytes, double changedPart, long seed) {
  /** Changes are scattered: more of them would touch each other too often. */
  static final double CHANGED_PART_MAX = 0.5;

  /** A file system needs some of the disk for itself. */
  static final double CONTENT_PART_MAX = 0.75;

  ImageSpec {
    if (given == null && (contentBytes < 1 << 20 || contentBytes > sizeBytes * CONTENT_PART_MAX)) {
      throw new IllegalArgumentException(
          "files of %,d bytes on a disk of %,d: say from 1 MiB up to three quarters of it"
              .formatted(contentBytes, sizeBytes));
    }
    if (!(changedPart > 0 && changedPart <= CHANGED_PART_MAX)) {
      throw new IllegalArgumentException(
          "%s %% of changes: say more than 0 and at most %.0f"
              .formatted(changedPart * 100, CHANGED_PART_MAX * 100));
    }
  }
}
