package atoll.format.vhd;

import java.nio.ByteBuffer;

/**
 * Which sectors of a block hold something. The first sector is the highest bit of the first byte.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Data Blocks".
 *
 * @param bytes a multiple of 8 bytes; never changed
 */
record SectorBitmap(ByteBuffer bytes) {
  boolean contains(int sector) {
    return (bytes.get(sector >>> 3) >>> (7 - (sector & 7)) & 1) != 0;
  }

  /** The first sector behind {@code sector}, up to {@code end}, that is not as that one. */
  int runEnd(int sector, int end) {
    boolean run = contains(sector);
    long whole = run ? -1L : 0L;
    int next = sector + 1;
    while (next < end) {
      if ((next & 63) == 0 && bytes.getLong(next >>> 3) == whole) {
        next += Long.SIZE;
      } else if (contains(next) == run) {
        next++;
      } else {
        return next;
      }
    }
    return end;
  }
}
