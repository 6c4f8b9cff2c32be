package atoll.repository;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a repository says of a snapshot without reading it.
 *
 * @param domain whose keys seal it
 * @param sizeBytes length of the volume
 * @param contentDigest fingerprint of the content, see {@link ContentDigest}
 * @param parent the snapshot it was written against; it may be gone
 * @param takenAt the point in time whose content it is
 * @param createdAt when its writing ended
 * @param bytesChanged what its image said to hold
 * @param bytesRead what was read of its image
 * @param bytesStored what its packs added to the store
 * @param writer program and version
 * @param metadata text that its maker wanted kept
 */
public record SnapshotManifest(
    UUID id,
    UUID domain,
    long sizeBytes,
    int chunkSizeBytes,
    ContentDigest contentDigest,
    @Nullable UUID parent,
    Instant takenAt,
    Instant createdAt,
    long bytesChanged,
    long bytesRead,
    long bytesStored,
    String writer,
    Map<String, String> metadata) {
  public SnapshotManifest {
    metadata = Map.copyOf(metadata);
  }
}
