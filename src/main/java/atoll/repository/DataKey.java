package atoll.repository;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A key that objects are sealed with: one of a domain, or the repository's own. */
final class DataKey {
  private final ObjectId id;
  private final byte[] secret;
  private final byte[] namingSecret;

  DataKey(ObjectId id, byte[] secret) {
    this.id = id;
    this.secret = secret.clone();
    this.namingSecret = Hkdf.derive(secret, new byte[0], ObjectNames.data("atoll names v1"));
  }

  ObjectId id() {
    return id;
  }

  /** The key of one object alone. */
  SecretKey objectKey(ObjectKind kind, ObjectId salt) {
    byte[] info = ObjectNames.data("atoll object v1 ", kind.magic());
    return new SecretKeySpec(Hkdf.derive(secret, salt.bytes(), info), "AES");
  }

  /** Makes names of chunks from their digests; one thread at a time. */
  Namer namer() {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(namingSecret, "HmacSHA256"));
      return new Namer(mac);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HMAC", e);
    }
  }

  /** Makes names of chunks under one key. */
  static final class Namer {
    private final Mac mac;

    private Namer(Mac mac) {
      this.mac = mac;
    }

    Digest chunkName(Digest digest) {
      return Digest.of(mac.doFinal(ObjectNames.chunkData(digest)));
    }
  }
}
