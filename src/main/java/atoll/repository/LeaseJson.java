package atoll.repository;

import atoll.objectstore.ProcessMark;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The record of a lease: what a writer is writing, the roots it takes nodes from, and its process.
 *
 * <p>Source: docs/repository-format.md, "Control objects".
 */
record LeaseJson(
    ObjectId writer,
    UUID snapshot,
    UUID domain,
    List<Root> roots,
    Instant createdAt,
    Instant expiresAt,
    @Nullable String process) {
  LeaseJson {
    Objects.requireNonNull(snapshot, "snapshot");
    Objects.requireNonNull(expiresAt, "expires_at");
    roots = List.copyOf(roots);
  }

  /** Whether the process that writes is certainly no more. */
  boolean isOfDeadProcess() {
    return process != null && ProcessMark.isGone(process);
  }

  /** The root of a table of a depth. */
  record Root(int depth, ReferenceJson root) {
    Root {
      root.reference(); // nothing impossible
    }
  }
}
