package atoll.format.vhd;

import atoll.format.MemoryFile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A VHD file in few bytes: three that say what to do, and the begin of the file. Of what to do the
 * lowest bits say that checksums are made right, so that a fuzzer need not guess them, and that the
 * file ends like a copy of its first sector, as files with blocks do; the others are how many
 * sectors of a hole stand before that.
 */
final class SpreadVhd {
  private static final int SEAL = 1;
  private static final int FOOTER = 2;
  private static final int HOLE_SECTORS_MAX = 1 << 13;
  private static final int SAID_BYTES = 3;

  private SpreadVhd() {}

  /** Fills a new file. */
  static void fill(MemoryFile file, byte[] spread) {
    if (spread.length < SAID_BYTES) {
      file.add(0, spread);
      return;
    }
    int holeSectors = Short.toUnsignedInt(ByteBuffer.wrap(spread).getShort(1)) % HOLE_SECTORS_MAX;
    byte[] begin = Arrays.copyOfRange(spread, SAID_BYTES, spread.length);
    if ((spread[0] & SEAL) != 0) {
      seal(begin);
    }
    boolean footer = (spread[0] & FOOTER) != 0 && begin.length >= VhdBytes.SECTOR;
    byte[] end = footer ? Arrays.copyOf(begin, VhdBytes.SECTOR) : new byte[0];
    file.add(0, begin).add((long) holeSectors * VhdBytes.SECTOR, end);
  }

  /** What a file with blocks is made of again, if it has {@code holeSectors} before its end. */
  static byte[] of(VhdBytes vhd, int holeSectors) {
    int length = vhd.length() - (holeSectors + 1) * VhdBytes.SECTOR;
    var spread = ByteBuffer.allocate(SAID_BYTES + length);
    return spread
        .put((byte) (SEAL | FOOTER))
        .putShort((short) holeSectors)
        .put(vhd.begin(length))
        .array();
  }

  /** A whole file. */
  static byte[] of(VhdBytes vhd) {
    var spread = ByteBuffer.allocate(SAID_BYTES + vhd.length());
    return spread.put((byte) SEAL).putShort((short) 0).put(vhd.begin(vhd.length())).array();
  }

  private static void seal(byte[] begin) {
    checksum(begin, 0, VhdFormat.FOOTER_BYTES, VhdFormat.FOOTER_CHECKSUM);
    checksum(
        begin,
        begin.length - VhdFormat.FOOTER_BYTES,
        VhdFormat.FOOTER_BYTES,
        VhdFormat.FOOTER_CHECKSUM);
    if (begin.length >= VhdFormat.FOOTER_BYTES) {
      long header = ByteBuffer.wrap(begin).getLong(16);
      checksum(begin, header, VhdFormat.HEADER_BYTES, VhdFormat.HEADER_CHECKSUM);
    }
  }

  /** Of a structure that is there, as its first letter says. */
  private static void checksum(byte[] begin, long at, int length, int field) {
    if (at >= 0 && at <= begin.length - length && begin[(int) at] == 'c') {
      ByteBuffer bytes = ByteBuffer.wrap(begin, (int) at, length).slice();
      bytes.putInt(field, VhdFormat.checksum(bytes, field));
    }
  }
}
