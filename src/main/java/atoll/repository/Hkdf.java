package atoll.repository;

import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/** Makes keys from keys: RFC 5869 with SHA-256, 32 bytes. */
public final class Hkdf {
  private Hkdf() {}

  /**
   * Makes a key.
   *
   * @param info what it is for
   */
  public static byte[] derive(byte[] key, byte[] salt, byte[] info) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(HKDFParameterSpec.ofExtract().addIKM(key).addSalt(salt).thenExpand(info, 32));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HKDF", e);
    }
  }
}
