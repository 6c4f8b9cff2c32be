package atoll.repository;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The snapshots of which this process has sent something to the store that may still be on its way:
 * a manifest whose put failed, or one's removal. Any thread.
 */
final class Unsettled {
  private final InstantSource clock;
  private final Duration inFlightMax;
  private final Map<UUID, Instant> until = new ConcurrentHashMap<>();

  Unsettled(InstantSource clock, Duration inFlightMax) {
    this.clock = clock;
    this.inFlightMax = inFlightMax;
  }

  /** Something was sent until now. */
  void add(UUID snapshot) {
    Instant now = clock.instant();
    until.values().removeIf(end -> !end.isAfter(now));
    until.put(snapshot, now.plus(inFlightMax));
  }

  /** How long something may still arrive; zero or less if nothing does. */
  Duration left(UUID snapshot) {
    Instant end = until.get(snapshot);
    return end == null ? Duration.ZERO : Duration.between(clock.instant(), end);
  }
}
