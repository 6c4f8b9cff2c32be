package atoll.repository;

import atoll.objectstore.ProcessMark;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The record of a collector's claim. */
record CollectorJson(String host, Instant createdAt, Instant expiresAt, @Nullable String process) {
  CollectorJson {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(createdAt, "created_at");
    Objects.requireNonNull(expiresAt, "expires_at");
  }

  /** Whether its collector's process is certainly no more. */
  boolean isOfDeadProcess() {
    return process != null && ProcessMark.isGone(process);
  }
}
