package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where the blocks of a dynamic or differencing disk are found.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Dynamic Disk Header Format".
 *
 * @param tableOffset where the block allocation table lies in the file
 * @param tableEntries how many entries it has, at least one for each block
 * @param blockBits a block has 2 to the power of this bytes, 9 to 28
 */
record DynamicHeader(long tableOffset, long tableEntries, int blockBits) {
  private static final String FIELD = "dynamic header: ";

  /** Reads and checks all of a header but what it says of a parent. */
  static DynamicHeader of(Path file, ByteBuffer bytes) throws CorruptImageException {
    if (bytes.getLong(0) != HEADER_COOKIE) {
      throw new CorruptImageException(file, FIELD + "cookie", "is not 'cxsparse'");
    }
    if (bytes.getInt(HEADER_CHECKSUM) != checksum(bytes, HEADER_CHECKSUM)) {
      throw new CorruptImageException(file, FIELD + "checksum", "is wrong");
    }
    int version = bytes.getInt(24);
    if (version != VERSION) {
      throw new CorruptImageException(file, FIELD + "version", "is 0x%08x".formatted(version));
    }
    return new DynamicHeader(
        bytes.getLong(16), Integer.toUnsignedLong(bytes.getInt(28)), blockBits(file, bytes));
  }

  private static int blockBits(Path file, ByteBuffer bytes) throws CorruptImageException {
    int blockBytes = bytes.getInt(32);
    int bits = Integer.numberOfTrailingZeros(blockBytes);
    if (Integer.bitCount(blockBytes) != 1 || bits < BLOCK_BITS_MIN || bits > BLOCK_BITS_MAX) {
      throw new CorruptImageException(
          file, FIELD + "block size", "is " + Integer.toUnsignedLong(blockBytes));
    }
    return bits;
  }

  /** The 1024 bytes of a header. */
  static ByteBuffer bytesAt(ImageFile file, Footer footer, long contentEnd) throws IOException {
    long offset = footer.headerOffset();
    if (offset < FOOTER_BYTES || offset > contentEnd - HEADER_BYTES) {
      throw new CorruptImageException(
          file.path(), "footer: data offset", "is " + Long.toUnsignedString(offset));
    }
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
    file.read(offset, bytes);
    return bytes.flip();
  }

  /** The 1024 bytes of a new header that names no parent. */
  ByteBuffer bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
    bytes.putLong(HEADER_COOKIE);
    bytes.putLong(NO_OFFSET);
    bytes.putLong(tableOffset);
    bytes.putInt(VERSION);
    bytes.putInt((int) tableEntries);
    bytes.putInt(1 << blockBits);
    bytes.putInt(HEADER_CHECKSUM, checksum(bytes, HEADER_CHECKSUM));
    return bytes.rewind();
  }
}
