package atoll.repository;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The record of a manifest.
 *
 * <p>Source: docs/repository-format.md, "Manifests".
 */
record ManifestJson(
    UUID id,
    String kind,
    UUID domain,
    long sizeBytes,
    int chunkSize,
    int depth,
    @Nullable ReferenceJson root,
    String contentDigest,
    @Nullable UUID parent,
    ObjectId lease,
    Instant takenAt,
    Instant createdAt,
    long bytesChanged,
    long bytesRead,
    long bytesStored,
    String writer,
    Map<String, String> metadata) {
  static final String VOLUME = "volume";

  ManifestJson {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(domain, "domain");
    Objects.requireNonNull(contentDigest, "content_digest");
    Objects.requireNonNull(lease, "lease");
    Objects.requireNonNull(takenAt, "taken_at");
    Objects.requireNonNull(createdAt, "created_at");
    Objects.requireNonNull(writer, "writer");
    metadata = Map.copyOf(metadata);
  }

  static ManifestJson of(StoredSnapshot snapshot) {
    SnapshotManifest manifest = snapshot.manifest();
    Reference root = snapshot.table().root();
    return new ManifestJson(
        manifest.id(),
        VOLUME,
        manifest.domain(),
        manifest.sizeBytes(),
        manifest.chunkSizeBytes(),
        snapshot.table().depth(),
        root == null ? null : ReferenceJson.of(root),
        manifest.contentDigest().toString(),
        manifest.parent(),
        snapshot.lease(),
        manifest.takenAt(),
        manifest.createdAt(),
        manifest.bytesChanged(),
        manifest.bytesRead(),
        manifest.bytesStored(),
        manifest.writer(),
        manifest.metadata());
  }

  /**
   * The snapshot it describes.
   *
   * @throws IllegalArgumentException if its fields contradict each other
   */
  StoredSnapshot snapshot() {
    var shape = new TableShape(sizeBytes, chunkSize);
    var table = new PointerTable(shape, root == null ? null : root.reference());
    if (depth != shape.depth()) {
      throw new IllegalArgumentException(
          "depth " + depth + " of a volume of " + sizeBytes + " bytes");
    }
    if (!table.contentDigest().toString().equals(contentDigest)) {
      throw new IllegalArgumentException("content digest " + contentDigest + " of another root");
    }
    if (root != null && root.length() > Node.BYTES_MAX + RecordCipher.TAG_BYTES) {
      throw new IllegalArgumentException("root of " + root.length() + " bytes");
    }
    var manifest =
        new SnapshotManifest(
            id,
            domain,
            sizeBytes,
            chunkSize,
            table.contentDigest(),
            parent,
            takenAt,
            createdAt,
            bytesChanged,
            bytesRead,
            bytesStored,
            writer,
            metadata);
    return new StoredSnapshot(manifest, table, lease);
  }
}
