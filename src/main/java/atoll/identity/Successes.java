package atoll.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

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
  private final Map<String, Success> byUser = new LinkedHashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // compared by what is in it alone
  private record Success(byte[] mac, Instant at) {}

  Successes(MacKey key, InstantSource clock) {
    this.key = key;
    this.clock = clock;
  }

  /** Remembers a password that the hash was made of. */
  void add(String user, String hash, String password) {
    var success = new Success(mac(hash, password), clock.instant());
    synchronized (byUser) {
      byUser.remove(user);
      byUser.put(user, success);
      if (byUser.size() > USERS_MAX) {
        byUser.remove(byUser.keySet().iterator().next());
      }
    }
  }

  /** Whether the password is known to be the one that the hash was made of. */
  boolean has(String user, String hash, String password) {
    byte[] mac = mac(hash, password);
    synchronized (byUser) {
      Success success = byUser.get(user);
      if (success == null) {
        return false;
      }
      Instant now = clock.instant();
      if (now.isBefore(success.at) || !now.isBefore(success.at.plus(KEPT))) {
        byUser.remove(user);
        return false;
      }
      return MessageDigest.isEqual(success.mac, mac);
    }
  }

  private byte[] mac(String hash, String password) {
    // A hash has no character of zero: nothing of the one can be taken for the other.
    return key.mac((hash + '\0' + password).getBytes(StandardCharsets.UTF_16BE));
  }
}
