package atoll.repository;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The record of tombstones that a collector found at a time. */
record OldTombstonesJson(List<UUID> snapshots, Instant at) {
  OldTombstonesJson {
    snapshots = List.copyOf(snapshots);
  }
}
