package atoll.repository;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The writings and collections of this process that are over and whose leases and claims may still
 * be there, or come. Another process sees that this one lives, and waits until they run out.
 */
final class EndedWork {
  private final InstantSource clock;
  private final Duration leaseLength;
  private final Map<ObjectId, Instant> ends = new ConcurrentHashMap<>();

  /** Remembers them until their leases, which last {@code leaseLength}, have run out anyway. */
  EndedWork(InstantSource clock, Duration leaseLength) {
    this.clock = clock;
    this.leaseLength = leaseLength;
  }

  /** What was done under a lease, or a claim, is over now. */
  void add(ObjectId lease) {
    Instant now = clock.instant();
    ends.values().removeIf(end -> end.plus(leaseLength).isBefore(now));
    ends.put(lease, now);
  }

  /** When it was over; null if it is not, or was not done by this process. */
  @Nullable Instant endOf(ObjectId lease) {
    return ends.get(lease);
  }
}
