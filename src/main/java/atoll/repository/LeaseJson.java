package atoll.repository;

import atoll.objectstore.ProcessMark;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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

  /** Why its writer is no more, if that is certain or its time is over. */
  Optional<String> end(Instant now) {
    if (process != null && ProcessMark.isGone(process)) {
      return Optional.of("the process that wrote is no more");
    }
    return expiresAt.isBefore(now)
        ? Optional.of("its writer was silent since it ran out at " + expiresAt)
        : Optional.empty();
  }

  /** The root of a table of a depth. */
  record Root(int depth, ReferenceJson root) {
    Root {
      root.reference(); // nothing impossible
    }
  }
}
