package atoll.repository;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Thirty-two bytes: a SHA-256 of content, or the HMAC that is a chunk's name. */
record Digest(long a, long b, long c, long d) {
  static final int BYTES = 32;

  static Digest of(byte[] bytes) {
    return read(ByteBuffer.wrap(bytes));
  }

  /**
   * Reads 64 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if they are not
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static Digest ofHex(String hex) {
    return of(Hex.bytes(hex, BYTES));
  }

  static Digest read(ByteBuffer buffer) {
    return new Digest(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  ByteBuffer writeTo(ByteBuffer buffer) {
    return buffer.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  byte[] bytes() {
    return writeTo(ByteBuffer.allocate(BYTES)).array();
  }

  @Override
  @JsonValue
  public String toString() {
    var digits = HexFormat.of();
    return digits.toHexDigits(a)
        + digits.toHexDigits(b)
        + digits.toHexDigits(c)
        + digits.toHexDigits(d);
  }
}
