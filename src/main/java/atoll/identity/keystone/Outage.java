package atoll.identity.keystone;

import atoll.identity.IdentityUnavailableException;
import atoll.model.Causes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Keystone is in trouble. While it is, it is left alone for a moment after each attempt, so
 * that callers need not wait, and it can recover; and the log has one line and not one a call.
 *
 * <p>May be used from any thread.
 */
final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

  /** The same trouble, come again after it had ended, is not told again before. */
  private static final Duration QUIET = Duration.ofMinutes(1);

  private static final Duration RETRY_AFTER_MIN = Duration.ofSeconds(1);

  private final InstantSource clock;
  private @Nullable Trouble trouble;
  private @Nullable Trouble told;
  private Instant triedAt = Instant.EPOCH;
  private Instant toldAt = Instant.EPOCH;
  private boolean endIsToBeTold;

  Outage(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Lets pass who may ask.
   *
   * @throws IdentityUnavailableException if it was asked in vain a moment ago
   */
  synchronized void requireOver() throws IdentityUnavailableException {
    if (trouble != null && isWithin(trouble.pause(), triedAt)) {
      throw unavailable(trouble);
    }
  }

  /** It was asked in vain; gives what to throw. */
  synchronized IdentityUnavailableException begin(KeystoneException why) {
    Trouble now = why.trouble();
    boolean isNew = now != trouble;
    trouble = now;
    triedAt = clock.instant();
    if (isNew && (now != told || !isWithin(QUIET, toldAt))) {
      LOG.warn(
          "{}: {}; until this is over, calls with tokens that are not known yet end with 503",
          now.sentence(),
          Causes.inOneLine(why));
      told = now;
      endIsToBeTold = true;
      toldAt = triedAt;
    }
    return unavailable(now);
  }

  /** It answered as it should. */
  synchronized void end() {
    trouble = null;
    if (endIsToBeTold) {
      LOG.warn("Keystone answers again");
      endIsToBeTold = false;
    }
  }

  /** With a clock that was set back, no time is within. */
  private boolean isWithin(Duration duration, Instant since) {
    Instant now = clock.instant();
    return !now.isBefore(since) && now.isBefore(since.plus(duration));
  }

  /** For who waited in vain for others to have asked. */
  static IdentityUnavailableException unavailable(Trouble trouble) {
    Duration pause = trouble.pause();
    return new IdentityUnavailableException(
        trouble.sentence() + ": whether the token is good cannot be told now. Try again.",
        pause.compareTo(RETRY_AFTER_MIN) < 0 ? RETRY_AFTER_MIN : pause);
  }
}
