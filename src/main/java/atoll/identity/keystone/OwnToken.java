package atoll.identity.keystone;

import atoll.identity.IdentityUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** This service's own token at Keystone: one for all calls, and another before it expires. */
final class OwnToken {
  private static final Duration AHEAD = Duration.ofMinutes(1);

  private final KeystoneClient keystone;
  private final Outage outage;
  private final InstantSource clock;
  private final ReentrantLock login = new ReentrantLock();
  private volatile TokenAnswer.@Nullable Own current;

  OwnToken(KeystoneClient keystone, Outage outage, InstantSource clock) {
    this.keystone = keystone;
    this.outage = outage;
    this.clock = clock;
  }

  /** One that is good, as far as is known. */
  String get() throws KeystoneException, IdentityUnavailableException, InterruptedException {
    TokenAnswer.Own had = current;
    return had != null && clock.instant().isBefore(had.expiresAt().minus(AHEAD))
        ? had.text()
        : anotherThan(had == null ? "" : had.text());
  }

  /** Another than one that is good no more; those who ask for it at once get the same. */
  String anotherThan(String old)
      throws KeystoneException, IdentityUnavailableException, InterruptedException {
    login.lockInterruptibly();
    try {
      TokenAnswer.Own had = current;
      if (had != null && !had.text().equals(old)) {
        return had.text();
      }
      outage.requireOver(); // who went before may have tried in vain
      TokenAnswer.Own made = keystone.login();
      current = made;
      return made.text();
    } finally {
      login.unlock();
    }
  }
}
