package atoll.format.vhd;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;

/**
 * Numbers of the VHD format; all integers are big-endian.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Hard Disk Footer Format", "Dynamic
 * Disk Header Format", "Block Allocation Table and Data Blocks".
 */
final class VhdFormat {
  static final int SECTOR_BYTES = 512;
  static final int FOOTER_BYTES = 512;

  /** Before Virtual PC 2004 a footer was one byte shorter. */
  static final int OLD_FOOTER_BYTES = 511;

  static final int HEADER_BYTES = 1024;

  static final long FOOTER_COOKIE = 0x636f6e6563746978L; // "conectix"
  static final long HEADER_COOKIE = 0x6378737061727365L; // "cxsparse"
  static final int VERSION = 0x00010000;

  /** A bit of the footer's features that is always set. */
  static final int FEATURES_RESERVED = 2;

  /** There is no structure that follows. */
  static final long NO_OFFSET = -1L;

  static final int FOOTER_CHECKSUM = 64;
  static final int HEADER_CHECKSUM = 36;

  static final int HEADER_PARENT_NAME = 64;
  static final int PARENT_NAME_BYTES = 512;
  static final int HEADER_PARENT_LOCATORS = 576;
  static final int PARENT_LOCATORS = 8;
  static final int PARENT_LOCATOR_BYTES = 24;

  static final int TABLE_ENTRY_BYTES = 4;

  /** A block that has no place in the file. */
  static final int UNUSED_ENTRY = 0xffffffff;

  /** Largest place of a block in the file, in sectors. */
  static final long ENTRY_MAX = 0xfffffffeL;

  static final int BLOCK_BITS_MIN = 9;
  static final int BLOCK_BITS_MAX = 28;
  static final int BLOCK_BITS_DEFAULT = 21;

  /** 2040 GiB: QEMU's limit and Microsoft's. */
  static final long SECTORS_MAX = 0xff000000L;

  /** Enough for 2040 GiB in blocks of 128 KiB: a table of 64 MiB. */
  static final int BLOCKS_MAX = 1 << 24;

  /** Time is counted in seconds since the begin of the year 2000, UTC. */
  private static final long EPOCH_SECONDS = 946_684_800;

  private VhdFormat() {}

  /** The complement of the sum of all bytes but the four of the checksum itself. */
  static int checksum(ByteBuffer bytes, int checksumOffset) {
    int sum = 0;
    for (int i = 0; i < bytes.limit(); i++) {
      sum += Byte.toUnsignedInt(bytes.get(i));
    }
    for (int i = checksumOffset; i < checksumOffset + Integer.BYTES; i++) {
      sum -= Byte.toUnsignedInt(bytes.get(i));
    }
    return ~sum;
  }

  static Instant instant(int timestamp) {
    return Instant.ofEpochSecond(EPOCH_SECONDS + Integer.toUnsignedLong(timestamp));
  }

  static int timestamp(Instant instant) {
    return (int) Math.clamp(instant.getEpochSecond() - EPOCH_SECONDS, 0, 0xffffffffL);
  }

  static UUID uuid(ByteBuffer bytes, int offset) {
    return new UUID(bytes.getLong(offset), bytes.getLong(offset + Long.BYTES));
  }

  /** Which sectors of a block hold something: a bit each, in whole sectors. */
  static int bitmapBytes(int blockBits) {
    long sectors = 1L << blockBits >>> 9;
    long bitmapSectors = Math.ceilDiv(sectors, 8L * SECTOR_BYTES);
    return (int) bitmapSectors * SECTOR_BYTES;
  }
}
