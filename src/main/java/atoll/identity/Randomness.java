package atoll.identity;

import atoll.model.ProjectId;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.UUID;

/** Ids, keys and passwords that nobody can guess. May be used from any thread. */
final class Randomness {
  private static final String LETTERS =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"; // none that look like another
  private static final int PASSWORD_LENGTH = 24;
  private static final int ID_BYTES = 16;

  private final SecureRandom random;

  Randomness(SecureRandom random) {
    this.random = random;
  }

  byte[] bytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** 32 hexadecimal digits. */
  String hexId() {
    return HexFormat.of().formatHex(bytes(ID_BYTES));
  }

  /** A UUID of version 4. Source: RFC 9562, section 5.4. */
  ProjectId projectId() {
    long most = (random.nextLong() & ~0xF000L) | 0x4000L;
    long least = (random.nextLong() >>> 2) | (1L << 63);
    return new ProjectId(new UUID(most, least));
  }

  /** About 140 bits. */
  String password() {
    var password = new StringBuilder();
    for (int i = 0; i < PASSWORD_LENGTH; i++) {
      password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return password.toString();
  }
}
