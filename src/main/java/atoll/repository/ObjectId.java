package atoll.repository;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.UUID;

/** Sixteen bytes that name a pack, a key, a wrapper, a lease or a writer. */
record ObjectId(long high, long low) {
  static final int BYTES = 16;

  /** The key id of the repository key. */
  static final ObjectId ZERO = new ObjectId(0, 0);

  /** As their bytes are ordered. */
  static final Comparator<ObjectId> ORDER =
      (a, b) -> {
        int highs = Long.compareUnsigned(a.high, b.high);
        return highs != 0 ? highs : Long.compareUnsigned(a.low, b.low);
      };

  static ObjectId random(SecureRandom random) {
    return new ObjectId(random.nextLong(), random.nextLong());
  }

  /** A random id of something that belongs to another: its first half is the other's. */
  static ObjectId randomOf(ObjectId owner, SecureRandom random) {
    return new ObjectId(owner.high, random.nextLong());
  }

  /** Whether it is, as far as ids tell, of something that belongs to {@code owner}. */
  boolean isOf(ObjectId owner) {
    return high == owner.high;
  }

  static ObjectId of(UUID uuid) {
    return new ObjectId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  /**
   * Reads 32 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if they are not
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static ObjectId ofHex(String hex) {
    return read(ByteBuffer.wrap(Hex.bytes(hex, BYTES)));
  }

  static ObjectId read(ByteBuffer buffer) {
    return new ObjectId(buffer.getLong(), buffer.getLong());
  }

  void writeTo(ByteBuffer buffer) {
    buffer.putLong(high).putLong(low);
  }

  byte[] bytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  @Override
  @JsonValue
  public String toString() {
    var digits = HexFormat.of();
    return digits.toHexDigits(high) + digits.toHexDigits(low);
  }
}
