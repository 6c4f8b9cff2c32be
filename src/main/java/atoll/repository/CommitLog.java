package atoll.repository;

import java.io.IOException;
import java.util.UUID;

/**
 * The commit records of this session: numbered without a gap, so that the collector sees what a
 * listing does not show. They are written one after the other.
 *
 * <p>A record whose PUT failed may have arrived. Its number must neither be left out nor used for
 * another snapshot, so the log goes on under a new writer id.
 */
final class CommitLog {
  private final RepositoryParts parts;
  private ObjectId writer;
  private long number;

  CommitLog(RepositoryParts parts) {
    this.parts = parts;
    this.writer = ObjectId.random(parts.random());
  }

  /** The id that the next record is written under, if none fails before. */
  synchronized ObjectId writer() {
    return writer;
  }

  /** Records that a snapshot is whole. */
  synchronized void append(UUID snapshot) throws IOException {
    try {
      parts
          .objects()
          .write(
              ObjectKind.COMMIT,
              ObjectNames.commit(writer, number + 1),
              parts.keys().repositoryKey(),
              ObjectNames.commitData(writer, number + 1),
              Json.write(new CommitJson(snapshot, parts.clock().instant())));
      number++;
    } catch (IOException | RuntimeException e) {
      writer = ObjectId.random(parts.random());
      number = 0;
      throw e;
    }
  }
}
