package atoll.repository;

import java.time.Instant;
import java.util.Objects;

/** The record of a collector's claim. */
record CollectorJson(String host, Instant createdAt, Instant expiresAt) {
  CollectorJson {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(createdAt, "created_at");
    Objects.requireNonNull(expiresAt, "expires_at");
  }
}
