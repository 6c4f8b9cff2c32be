package atoll.engine;

import atoll.model.KeyedCall;
import atoll.repository.Hkdf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is made of the key that a caller gave a call: the name under which the call is found again,
 * a mark of what was asked, and the seal of what was answered. So the database, or a copy of it,
 * tells nothing of passwords, tokens and secrets that were asked for or answered, as long as the
 * key cannot be guessed.
 *
 * <p>Source: RFC 5869 with SHA-256; AES-256 in Galois/Counter Mode with a random nonce before each
 * answer.
 */
final class CallKey {
  private static final byte[] NO_SALT = {};
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] secret;

  private CallKey(byte[] secret) {
    this.secret = secret;
  }

  /** Of a key of a caller; another's key is another, even if it is spelt the same. */
  static CallKey of(String caller, String key) {
    return new CallKey(Hkdf.derive(bytes(key), NO_SALT, bytes(caller)));
  }

  /** Under which the call is found. */
  String name() {
    return HexFormat.of().formatHex(Hkdf.derive(secret, NO_SALT, bytes("name")));
  }

  /** Of what was asked, to be compared. */
  String mark(String asked) {
    return HexFormat.of().formatHex(Hkdf.derive(secret, NO_SALT, bytes("asked " + asked)));
  }

  /** Seals what was answered. */
  String seal(KeyedCall.Answer answer) {
    var nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, written(answer));
    return Base64.getEncoder()
        .encodeToString(
            ByteBuffer.allocate(NONCE_BYTES + sealed.length).put(nonce).put(sealed).array());
  }

  /** What was sealed with this key. */
  KeyedCall.Answer open(String sealed) {
    ByteBuffer all = ByteBuffer.wrap(Base64.getDecoder().decode(sealed));
    var nonce = new byte[NONCE_BYTES];
    all.get(nonce);
    var rest = new byte[all.remaining()];
    all.get(rest);
    return read(crypt(Cipher.DECRYPT_MODE, nonce, rest));
  }

  private byte[] crypt(int mode, byte[] nonce, byte[] data) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      var key = new SecretKeySpec(Hkdf.derive(secret, NO_SALT, bytes("answer")), "AES");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("an answer that was not sealed with this key", e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] written(KeyedCall.Answer answer) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeShort(answer.status());
      out.writeShort(answer.headers().size());
      for (Map.Entry<String, String> header : answer.headers().entrySet()) {
        out.writeUTF(header.getKey());
        out.writeUTF(header.getValue());
      }
      out.write(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static KeyedCall.Answer read(byte[] written) {
    try (var in = new DataInputStream(new ByteArrayInputStream(written))) {
      int status = in.readUnsignedShort();
      var headers = new LinkedHashMap<String, String>();
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        headers.put(in.readUTF(), in.readUTF());
      }
      return new KeyedCall.Answer(status, headers, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
