package atoll.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Remembers for five minutes with which password a user logged in, so that a program that asks for
 * a token each time it calls costs one hash and not many.
 *
 * <p>What is remembered is an HMAC under a key that this process alone has, bound to the hash in
 * the database: with another password in the row nothing is known. May be used from any thread.
 */
final class Successes {
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final int USERS_MAX = 10_000;

  private final MacKey key;
  private final InstantSource clock;
  private final Remembered<byte[]> byUser;

  Successes(MacKey key, InstantSource clock) {
    this.key = key;
    this.clock = clock;
    this.byUser = new Remembered<>(USERS_MAX, clock);
  }

  /** Remembers a password that the hash was made of. */
  void add(String user, String hash, String password) {
    byUser.add(user, mac(hash, password), clock.instant().plus(KEPT));
  }

  /** Whether the password is known to be the one that the hash was made of. */
  boolean has(String user, String hash, String password) {
    byte[] known = byUser.find(user);
    return known != null && MessageDigest.isEqual(known, mac(hash, password));
  }

  private byte[] mac(String hash, String password) {
    // A hash has no character of zero: nothing of the one can be taken for the other.
    return key.mac((hash + '\0' + password).getBytes(StandardCharsets.UTF_16BE));
  }
}
