package atoll.repository;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What every sealed object begins with.
 *
 * @param key the domain key it is sealed with, or {@link ObjectId#ZERO}
 * @param salt what makes its own key; of a pack, its id
 */
record ObjectHeader(ObjectKind kind, ObjectId key, ObjectId salt) {
  static final int BYTES = 48;
  private static final short VERSION = 1;

  void writeTo(ByteBuffer buffer) {
    buffer.put(kind.magic()).putShort(VERSION).putShort((short) 0).putInt(0);
    key.writeTo(buffer);
    salt.writeTo(buffer);
  }

  /**
   * Reads the header of an object of this kind.
   *
   * @throws DamagedObjectException if the bytes are not one
   */
  static ObjectHeader read(ObjectKind kind, String objectKey, ByteBuffer bytes)
      throws DamagedObjectException {
    if (bytes.remaining() < BYTES) {
      throw new DamagedObjectException(
          objectKey, 0, "a header of 48 bytes", bytes.remaining() + " bytes in all");
    }
    var magic = new byte[8];
    bytes.get(magic);
    if (!Arrays.equals(magic, kind.magic())) {
      throw new DamagedObjectException(objectKey, 0, "the magic of a " + kind, Hex.text(magic));
    }
    int version = Short.toUnsignedInt(bytes.getShort());
    int flags = Short.toUnsignedInt(bytes.getShort());
    int reserved = bytes.getInt();
    if (version != VERSION || flags != 0 || reserved != 0) {
      throw new DamagedObjectException(
          objectKey,
          8,
          "version 1 without flags",
          "version %d, flags %x, reserved %x".formatted(version, flags, reserved));
    }
    return new ObjectHeader(kind, ObjectId.read(bytes), ObjectId.read(bytes));
  }
}
