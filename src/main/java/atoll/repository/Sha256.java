package atoll.repository;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of pieces of arrays; one thread at a time. */
final class Sha256 {
  private final MessageDigest digest;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  Digest digest(byte[] bytes, int from, int length) {
    digest.update(bytes, from, length);
    return Digest.of(digest.digest());
  }
}
