package atoll.objectstore;

import java.io.IOException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what failed for a reason that may pass, ever more seldom: for about a minute, not
 * counting the time that the attempts themselves take.
 */
final class Retries {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
  private static final int ATTEMPTS_MAX = 10;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  /** From so many attempts on each is worth a line in the log. */
  private static final int WORTH_SAYING = 3;

  private final Pauses pauses;
  private final RandomGenerator random;

  Retries(Pauses pauses, RandomGenerator random) {
    this.pauses = pauses;
    this.random = random;
  }

  /** One request. */
  @FunctionalInterface
  interface Attempt<T> {
    /** Sends it. */
    T run() throws IOException;
  }

  /** Tries until it succeeds, fails for good, or has failed too often. */
  <T> T run(Attempt<T> attempt) throws IOException {
    for (int number = 1; ; number++) {
      try {
        return attempt.run();
      } catch (TemporaryFailureException e) {
        if (number == ATTEMPTS_MAX) {
          throw new IOException(
              "%s (given up after %d attempts)".formatted(e.getMessage(), number), e);
        }
        Duration pause = pauseAfter(number);
        if (number >= WORTH_SAYING) {
          LOG.warn("{}; trying again in {} ms", e.getMessage(), pause.toMillis());
        }
        pauses.pause(pause);
      }
    }
  }

  /**
   * Twice as long each time; the last half of it by chance, so that clients do not come together.
   */
  private Duration pauseAfter(int number) {
    long millis =
        Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(number - 1, 20));
    return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
  }
}
