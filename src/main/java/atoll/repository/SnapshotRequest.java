package atoll.repository;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot to be written is.
 *
 * @param id its id; the same when the writing is tried again
 * @param domain whose keys seal it and among whose chunks equal ones are looked for
 * @param parent the snapshot that the image's extents say the difference to, if they do
 * @param takenAt the point in time whose content the image is
 * @param metadata text that is kept with it
 */
public record SnapshotRequest(
    UUID id, UUID domain, @Nullable UUID parent, Instant takenAt, Map<String, String> metadata) {
  public SnapshotRequest {
    metadata = Map.copyOf(metadata);
    if (id.equals(parent)) {
      throw new IllegalArgumentException("snapshot " + id + " cannot be its own parent");
    }
  }
}
