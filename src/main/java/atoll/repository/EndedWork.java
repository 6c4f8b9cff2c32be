package atoll.repository;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What this process did that is over, and of which something may still come: leases and claims of
 * its writings and collections, which another process sees that this one lives with, and waits for;
 * or what it sent of a snapshot. Any thread.
 *
 * @param <K> what names it
 */
final class EndedWork<K> {
  private final InstantSource clock;
  private final Duration remembered;
  private final Map<K, Instant> ends = new ConcurrentHashMap<>();

  /** Remembers each at least for so long. */
  EndedWork(InstantSource clock, Duration remembered) {
    this.clock = clock;
    this.remembered = remembered;
  }

  /** It is over now. */
  void add(K work) {
    Instant now = clock.instant();
    ends.values().removeIf(end -> end.plus(remembered).isBefore(now));
    ends.put(work, now);
  }

  /** When it was over; null if it is not, or was not done by this process. */
  @Nullable Instant endOf(K work) {
    return ends.get(work);
  }
}
