package atoll.nbd;

import java.nio.ByteBuffer;

/**
 * What a client asks for.
 *
 * <p>Source: doc/proto.md, "Request message".
 *
 * @param flags of the command, 16 bits
 * @param command one of {@code CMD_}, or any other 16 bits
 * @param cookie what the reply must be marked with
 * @param offsetBytes as it was sent: negative if there is no such offset in Java
 * @param lengthBytes from 0 to 4 GiB less one
 */
record Request(int flags, int command, long cookie, long offsetBytes, long lengthBytes) {
  static final int BYTES = 28;

  /**
   * Takes a request of {@link #BYTES} bytes apart.
   *
   * @throws ProtocolException if it is none
   */
  static Request parse(ByteBuffer bytes) throws ProtocolException {
    int magic = bytes.getInt();
    if (magic != Protocol.REQUEST_MAGIC) {
      throw new ProtocolException("request magic 0x%x".formatted(magic));
    }
    return new Request(
        Short.toUnsignedInt(bytes.getShort()),
        Short.toUnsignedInt(bytes.getShort()),
        bytes.getLong(),
        bytes.getLong(),
        Integer.toUnsignedLong(bytes.getInt()));
  }

  /** Whether all of its range lies within a device. */
  boolean isWithin(long sizeBytes) {
    return offsetBytes >= 0 && offsetBytes <= sizeBytes && lengthBytes <= sizeBytes - offsetBytes;
  }

  boolean hasFlag(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether it has no flags but these. */
  boolean hasOnly(int allowed) {
    return (flags & ~allowed) == 0;
  }

  @Override
  public String toString() {
    return "command %d of %d bytes at %d".formatted(command, lengthBytes, offsetBytes);
  }
}
