package atoll.cli.repository;

import atoll.repository.SnapshotManifest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A snapshot as JSON answers have it. */
record SnapshotAnswer(
    String id,
    String name,
    String createdAt,
    String takenAt,
    long sizeBytes,
    long bytesChanged,
    long bytesRead,
    long bytesStored,
    String contentDigest,
    @Nullable String parent,
    String project,
    String writer,
    Map<String, String> metadata) {
  static SnapshotAnswer of(SnapshotManifest manifest) {
    return new SnapshotAnswer(
        manifest.id().toString(),
        SnapshotNames.nameOf(manifest),
        manifest.createdAt().toString(),
        manifest.takenAt().toString(),
        manifest.sizeBytes(),
        manifest.bytesChanged(),
        manifest.bytesRead(),
        manifest.bytesStored(),
        manifest.contentDigest().toString(),
        manifest.parent() == null ? null : manifest.parent().toString(),
        manifest.domain().toString(),
        manifest.writer(),
        manifest.metadata());
  }
}
