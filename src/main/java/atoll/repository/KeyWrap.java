package atoll.repository;

import java.util.Base64;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of 32 bytes, sealed with another: what {@code keys/} and {@code domains/} hold.
 *
 * @param salt what makes the wrapping key; random, so that each is used once
 * @param wrapped Base64 of the sealed key
 */
record KeyWrap(ObjectId salt, String wrapped) {
  private static final int KEY_BYTES = 32;

  KeyWrap {
    Objects.requireNonNull(salt, "salt");
    Objects.requireNonNull(wrapped, "wrapped");
  }

  /** Seals {@code key}; {@code purpose} tells wraps of different kinds apart. */
  static KeyWrap seal(byte[] secret, ObjectId salt, String purpose, byte[] data, byte[] key) {
    var wrappingKey = new SecretKeySpec(wrappingKey(secret, salt, purpose), "AES");
    var sealed = new byte[KEY_BYTES + RecordCipher.TAG_BYTES];
    new RecordCipher().seal(wrappingKey, 0, data, key, 0, KEY_BYTES, sealed, 0);
    return new KeyWrap(salt, Base64.getEncoder().encodeToString(sealed));
  }

  /**
   * Gives the key back.
   *
   * @throws AEADBadTagException if the secret or the data are others, or the bytes damaged
   */
  byte[] open(byte[] secret, String purpose, byte[] data) throws AEADBadTagException {
    byte[] sealed;
    try {
      sealed = Base64.getDecoder().decode(wrapped);
    } catch (IllegalArgumentException e) {
      throw (AEADBadTagException) new AEADBadTagException("not Base64").initCause(e);
    }
    if (sealed.length != KEY_BYTES + RecordCipher.TAG_BYTES) {
      throw new AEADBadTagException("a wrapped key of " + sealed.length + " bytes");
    }
    var wrappingKey = new SecretKeySpec(wrappingKey(secret, salt, purpose), "AES");
    var key = new byte[KEY_BYTES];
    new RecordCipher().open(wrappingKey, 0, data, sealed, 0, sealed.length, key, 0);
    return key;
  }

  private static byte[] wrappingKey(byte[] secret, ObjectId salt, String purpose) {
    return Hkdf.derive(secret, salt.bytes(), ObjectNames.data(purpose));
  }
}
