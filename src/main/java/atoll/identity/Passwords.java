package atoll.identity;

import atoll.identity.IdentityRefusal.Invalid;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Makes hashes of passwords, and compares passwords with them: Argon2id with 19 MiB, filled twice,
 * by one thread.
 *
 * <p>At most two are made at once, so that 38 MiB of memory do, however many log in; others wait.
 *
 * <p>Source: RFC 9106; the form of a hash is the "PHC string format".
 */
final class Passwords {
  /** The most characters of a password. */
  static final int CHARACTERS_MAX = 1024;

  private static final int HASHES_MAX = 2;
  private static final Cost COST = new Cost(19 << 10, 2, 1);
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})"
              + "\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

  private final Randomness randomness;
  private final Semaphore permits = new Semaphore(HASHES_MAX, true);

  private record Cost(int memoryKib, int passes, int lanes) {}

  Passwords(Randomness randomness) {
    this.randomness = randomness;
  }

  /**
   * The hash of a new password, with its salt and what it cost.
   *
   * @throws IdentityRefusedException if it is empty, too long or no text
   */
  String hash(String password) {
    byte[] bytes = bytes(password);
    if (bytes == null) {
      throw new IdentityRefusedException(
          new Invalid("A password has from 1 to %d characters.".formatted(CHARACTERS_MAX)));
    }
    byte[] salt = randomness.bytes(SALT_BYTES);
    byte[] hash = derive(COST, bytes, salt, HASH_BYTES);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            COST.memoryKib,
            COST.passes,
            COST.lanes,
            base64.encodeToString(salt),
            base64.encodeToString(hash));
  }

  /** Whether it is the password that a hash was made of. */
  boolean matches(String password, String phc) {
    Matcher matcher = PHC.matcher(phc);
    if (!matcher.matches()) {
      throw new IllegalStateException("a password's hash in the database is not one of Argon2id's");
    }
    byte[] bytes = bytes(password);
    if (bytes == null) {
      return false;
    }
    var cost =
        new Cost(
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            Integer.parseInt(matcher.group(3)));
    byte[] salt = Base64.getDecoder().decode(matcher.group(4));
    byte[] expected = Base64.getDecoder().decode(matcher.group(5));
    return MessageDigest.isEqual(expected, derive(cost, bytes, salt, expected.length));
  }

  /** Takes as long as {@link #matches}, where there is nothing to compare with. */
  void matchesNothing(String password) {
    byte[] bytes = bytes(password);
    if (bytes != null) {
      byte[] _ = derive(COST, bytes, new byte[SALT_BYTES], HASH_BYTES);
    }
  }

  private byte[] derive(Cost cost, byte[] password, byte[] salt, int length) {
    permits.acquireUninterruptibly(); // for tens of milliseconds each
    try {
      var generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(cost.memoryKib)
              .withIterations(cost.passes)
              .withParallelism(cost.lanes)
              .withSalt(salt)
              .build());
      var hash = new byte[length];
      generator.generateBytes(password, hash);
      return hash;
    } finally {
      permits.release();
      Arrays.fill(password, (byte) 0);
    }
  }

  /**
   * UTF-8 of the normal form C of Unicode, since the same letter is typed as different characters
   * on different systems; null if it cannot be a password. Half a pair of surrogates cannot: all of
   * them would be the same byte.
   */
  private static byte @Nullable [] bytes(String password) {
    if (password.isEmpty() || password.length() > CHARACTERS_MAX) {
      return null;
    }
    String normal = Normalizer.normalize(password, Normalizer.Form.NFC);
    try {
      ByteBuffer buffer = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(normal));
      var bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    } catch (CharacterCodingException _) {
      return null; // the caller says what a password is
    }
  }
}
