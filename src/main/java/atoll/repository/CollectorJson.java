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

  /** Whether its collector is at work, as far as can be known. */
  boolean isAlive(Instant now) {
    return expiresAt.isAfter(now) && (process == null || !ProcessMark.isGone(process));
  }
}
