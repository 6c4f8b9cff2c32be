package atoll.identity;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key of HMAC-SHA256. May be used from any thread. Source: RFC 2104. */
final class MacKey {
  /** The bytes of a key, and of what it makes. */
  static final int BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private MacKey(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /** A new one. */
  static MacKey random(Randomness randomness) {
    return new MacKey(randomness.bytes(BYTES));
  }

  /** The one that was written so. */
  static MacKey of(String base64) {
    byte[] key = Base64.getDecoder().decode(base64);
    if (key.length != BYTES) {
      throw new IllegalStateException("a key of HMAC-SHA256 has " + key.length + " bytes");
    }
    return new MacKey(key);
  }

  /** What stands at the end of an authentic message. */
  byte[] mac(byte[] message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Java lacks " + ALGORITHM, e);
    }
  }
}
