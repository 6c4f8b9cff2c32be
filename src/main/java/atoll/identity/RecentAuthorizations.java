package atoll.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for five seconds what tokens allow, as long as this process writes nothing. The five
 * seconds are for what other processes on the same database write.
 */
final class RecentAuthorizations {
  private static final Duration KEPT = Duration.ofSeconds(5);
  private static final int TOKENS_MAX = 10_000;

  private final Ledger ledger;
  private final InstantSource clock;
  private final ConcurrentMap<String, Recent> byToken = new ConcurrentHashMap<>();

  private record Recent(Authorization authorization, long writes, Instant at) {}

  RecentAuthorizations(Ledger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /** What a token allows, if that is known. */
  @Nullable Authorization find(String token) {
    Recent recent = byToken.get(token);
    if (recent == null) {
      return null;
    }
    Instant now = clock.instant();
    boolean holds =
        recent.writes == ledger.writes()
            && !now.isBefore(recent.at)
            && now.isBefore(recent.at.plus(KEPT))
            && now.isBefore(recent.authorization.token().expiresAt());
    if (holds) {
      return recent.authorization;
    }
    byToken.remove(token, recent);
    return null;
  }

  /**
   * Remembers what was looked up.
   *
   * @param writes how much had been written before it was looked up: what was written since, it may
   *     not show
   */
  void add(String token, Authorization authorization, long writes) {
    if (byToken.size() >= TOKENS_MAX) {
      byToken.clear();
    }
    byToken.put(token, new Recent(authorization, writes, clock.instant()));
  }
}
