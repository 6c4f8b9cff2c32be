package atoll.repository;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until writers have ended, and breaks the leases of those that are silent for too long.
 *
 * <p>Source: docs/repository-format.md, "Collection".
 */
final class LeaseWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseWatch.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final RepositoryParts parts;
  private final Roots roots;

  /** When a process was found dead; what it sent last may have been on its way then. */
  private final Map<ObjectId, Instant> foundDead = new HashMap<>();

  private int broken;

  LeaseWatch(RepositoryParts parts, Roots roots) {
    this.parts = parts;
    this.roots = roots;
  }

  /**
   * The leases whose writers are at work; it breaks those of writers that were silent for too long,
   * and waits until it may break those of dead ones.
   */
  Set<ObjectId> running(Collection<ObjectId> leases, CollectorClaim claim) throws IOException {
    Set<ObjectId> running = running(leases);
    if (running.stream().anyMatch(this::isDead)) {
      claim.await(parts.store().inFlightMax());
      running = running(running);
    }
    return running;
  }

  private boolean isDead(ObjectId id) {
    return foundDead.containsKey(id) || parts.ended().endOf(id) != null;
  }

  private Set<ObjectId> running(Collection<ObjectId> leases) throws IOException {
    var running = new LinkedHashSet<ObjectId>();
    for (ObjectId id : leases) {
      if (!hasEnded(id)) {
        running.add(id);
      }
    }
    return running;
  }

  /** How many leases were broken. */
  int broken() {
    return broken;
  }

  /**
   * Waits until leases have ended, and adds the snapshots written under them to the roots; gives
   * those that were still there when {@code patience} was over.
   */
  Set<ObjectId> outlast(
      Collection<ObjectId> leases, Duration patience, CollectorClaim claim, Counter progress)
      throws IOException {
    Set<ObjectId> left = new LinkedHashSet<>(leases);
    Instant giveUpAt = parts.clock().instant().plus(patience);
    Duration pause = FIRST_PAUSE;
    while (true) {
      claim.renewIfDue();
      left = running(left);
      progress.counted(leases.size() - left.size(), leases.size());
      if (left.isEmpty() || parts.clock().instant().isAfter(giveUpAt)) {
        return left;
      }
      parts.pauses().pause(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private boolean hasEnded(ObjectId id) throws IOException {
    LeaseJson seen = roots.lease(id);
    LeaseJson lease;
    try {
      lease = Lease.find(id, parts);
    } catch (DamagedObjectException e) {
      breakLease(id, seen, "it cannot be read");
      return true;
    }
    if (lease == null) {
      if (seen != null) {
        roots.add(seen.snapshot());
      }
      return true;
    }
    String end = end(id, lease);
    if (end != null) {
      breakLease(id, lease, end);
    }
    return end != null;
  }

  /**
   * Why a writing is over, and nothing of it will arrive any more: a manifest that comes late would
   * take the place of that of another attempt. Null if it is not.
   */
  private @Nullable String end(ObjectId id, LeaseJson lease) {
    Instant now = parts.clock().instant();
    if (lease.expiresAt().isBefore(now)) {
      return "its writer was silent since it ran out at " + lease.expiresAt();
    }
    Instant end = parts.ended().endOf(id);
    if (end == null && lease.isOfDeadProcess()) {
      end = foundDead.computeIfAbsent(id, _ -> now);
    }
    return end == null || end.plus(parts.store().inFlightMax()).isAfter(now)
        ? null
        : "its writer ended before " + end;
  }

  /**
   * After this its writer, should it live, begins anew: it looks for this object after its manifest
   * is there. So if the manifest is not there now it never counts. If it was there before, the
   * writing was only not reported, or its lease not removed: it is whole, and the lease is not
   * broken; unless another collector has done that before, which may count on it.
   */
  private void breakLease(ObjectId id, @Nullable LeaseJson lease, String why) throws IOException {
    LOG.info("lease {} is broken: {}", id, why);
    if (lease != null) {
      roots.add(lease.snapshot());
    }
    if (lease == null || !roots.isWrittenUnder(id, lease.snapshot())) {
      parts.store().put(ObjectNames.broken(id), ByteBuffer.allocate(0));
      if (lease != null) {
        roots.add(lease.snapshot()); // it may have come meanwhile
      }
    }
    parts.store().delete(ObjectNames.lease(id));
    broken++;
  }
}
