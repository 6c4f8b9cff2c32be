package atoll.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts failed logins, so that passwords cannot be tried one after the other: after five of one
 * user, more are refused until a minute has gone by since the first.
 *
 * <p>May be used from any thread. The oldest are forgotten beyond 10,000 users; to push one out
 * takes as many failed logins of others, which take longer than a minute.
 */
final class Attempts {
  static final int FAILURES_MAX = 5;
  static final Duration WINDOW = Duration.ofSeconds(60);

  private static final int USERS_MAX = 10_000;

  private final InstantSource clock;
  private final Map<String, Failures> byUser = new LinkedHashMap<>();

  private record Failures(Instant first, int count) {}

  Attempts(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether one more attempt may be made. */
  synchronized boolean mayTry(String user) {
    return current(user).count < FAILURES_MAX;
  }

  /** Records that one failed. */
  synchronized void failed(String user) {
    Failures failures = current(user);
    byUser.remove(user);
    byUser.put(user, new Failures(failures.first, failures.count + 1));
    if (byUser.size() > USERS_MAX) {
      byUser.remove(byUser.keySet().iterator().next());
    }
  }

  /** Forgets the failures of a user who has shown that it is he. */
  synchronized void forget(String user) {
    byUser.remove(user);
  }

  private Failures current(String user) {
    Instant now = clock.instant();
    Failures failures = byUser.get(user);
    boolean counts =
        failures != null
            && !now.isBefore(failures.first) // the clock was set back
            && now.isBefore(failures.first.plus(WINDOW));
    return counts && failures != null ? failures : new Failures(now, 0);
  }
}
