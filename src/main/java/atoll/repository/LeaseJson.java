package atoll.repository;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * The record of a lease: what a writer is writing, and the roots it takes nodes from.
 *
 * <p>Source: docs/repository-format.md, "Control objects".
 */
record LeaseJson(
    ObjectId writer,
    UUID snapshot,
    UUID domain,
    List<Root> roots,
    Instant createdAt,
    Instant expiresAt) {
  LeaseJson {
    Objects.requireNonNull(snapshot, "snapshot");
    Objects.requireNonNull(expiresAt, "expires_at");
    roots = List.copyOf(roots);
  }

  /** The root of a table of a depth. */
  record Root(int depth, ReferenceJson root) {
    Root {
      root.reference(); // nothing impossible
    }
  }
}
