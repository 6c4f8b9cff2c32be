package atoll.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
  private final Remembered<Recent> byToken;

  private record Recent(Authorization authorization, long writes) {}

  RecentAuthorizations(Ledger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
    this.byToken = new Remembered<>(TOKENS_MAX, clock);
  }

  /** What a token allows, if that is known. */
  @Nullable Authorization find(String token) {
    Recent recent = byToken.find(token);
    if (recent == null) {
      return null;
    }
    if (recent.writes != ledger.writes()) {
      byToken.forget(token);
      return null;
    }
    return recent.authorization;
  }

  /**
   * Remembers what was looked up.
   *
   * @param writes how much had been written before it was looked up: what was written since, it may
   *     not show
   */
  void add(String token, Authorization authorization, long writes) {
    Instant until = clock.instant().plus(KEPT);
    Instant end = authorization.token().expiresAt();
    byToken.add(token, new Recent(authorization, writes), end.isBefore(until) ? end : until);
  }
}
