package atoll.repository;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The parameters of a repository, as its {@code config} object has them.
 *
 * <p>Source: docs/repository-format.md, "config".
 */
record RepositoryConfig(
    String format,
    int version,
    UUID id,
    String hash,
    String cipher,
    String compressor,
    int chunkSize,
    int fanOut,
    Instant createdAt) {
  private static final String FORMAT = "atoll-repository";
  private static final int VERSION = 1;
  private static final String HASH = "sha-256";
  private static final String CIPHER = "aes-256-gcm";
  private static final String COMPRESSOR = "zstd";
  private static final String MAC = "hmac-sha256 ";

  static RepositoryConfig create(UUID id, int chunkSize, Instant createdAt) {
    return new RepositoryConfig(
        FORMAT, VERSION, id, HASH, CIPHER, COMPRESSOR, chunkSize, Node.FAN_OUT, createdAt);
  }

  /**
   * Reads a config object; whether it is genuine is known after {@link #authenticate}.
   *
   * @throws UnsupportedRepositoryException if this version of Atoll cannot read the repository
   */
  static RepositoryConfig parse(byte[] object)
      throws DamagedObjectException, UnsupportedRepositoryException {
    var config = Json.read(firstLine(object), RepositoryConfig.class, ObjectNames.CONFIG);
    requireKnown("format", FORMAT, config.format);
    requireKnown("version", VERSION, config.version);
    requireKnown("hash", HASH, config.hash);
    requireKnown("cipher", CIPHER, config.cipher);
    requireKnown("compressor", COMPRESSOR, config.compressor);
    requireKnown("fan_out", Node.FAN_OUT, config.fanOut);
    if (!RepositorySettings.isChunkSize(config.chunkSize)) {
      throw new UnsupportedRepositoryException(
          "chunk_size", "a power of two from 16384 to 4194304", config.chunkSize);
    }
    if (config.id == null || config.createdAt == null) {
      throw new DamagedObjectException(
          ObjectNames.CONFIG, 0, "id and created_at", "a config without");
    }
    return config;
  }

  /** The object, with its authentication under the master key. */
  byte[] encode(byte[] masterKey) {
    byte[] line = Json.write(this);
    String end = "\n" + MAC + Hex.text(mac(masterKey, line)) + "\n";
    return ObjectNames.data("", line, end.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Demands that {@code object} was written with this master key.
   *
   * @throws DamagedObjectException if not
   */
  void authenticate(byte[] object, byte[] masterKey) throws DamagedObjectException {
    byte[] line = firstLine(object);
    String expected = MAC + Hex.text(mac(masterKey, line)) + "\n";
    byte[] found = Arrays.copyOfRange(object, line.length + 1, object.length);
    if (!MessageDigest.isEqual(expected.getBytes(StandardCharsets.US_ASCII), found)) {
      throw new DamagedObjectException(
          ObjectNames.CONFIG, line.length + 1L, "the line's own HMAC", "another one");
    }
  }

  private byte[] mac(byte[] masterKey, byte[] line) {
    byte[] key =
        Hkdf.derive(masterKey, ObjectId.of(id).bytes(), ObjectNames.data("atoll config v1"));
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(line);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HMAC", e);
    }
  }

  private static byte[] firstLine(byte[] object) throws DamagedObjectException {
    for (int i = 0; i < object.length; i++) {
      if (object[i] == '\n') {
        return Arrays.copyOf(object, i);
      }
    }
    throw new DamagedObjectException(
        ObjectNames.CONFIG, 0, "two lines", object.length + " bytes without a line feed");
  }

  private static void requireKnown(String field, Object known, Object found)
      throws UnsupportedRepositoryException {
    if (!known.equals(found)) {
      throw new UnsupportedRepositoryException(field, known.toString(), found);
    }
  }
}
