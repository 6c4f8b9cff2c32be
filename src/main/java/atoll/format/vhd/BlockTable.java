package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The block allocation table: where in the file each block of a disk lies.
 *
 * <p>Read in pages, so that it costs the same memory for any disk. May be used from any thread.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Block Allocation Table and Data
 * Blocks".
 */
final class BlockTable {
  /** The answer of {@link #offsetOf} for a block that is not in the file. */
  static final long NOWHERE = -1;

  private final DynamicHeader header;
  private final PageCache pages;
  private final int blocks;

  /**
   * A table for a disk of so many blocks; {@link BlockTableCheck} says whether it can be used.
   *
   * @param blocks at most {@link VhdFormat#BLOCKS_MAX}
   */
  BlockTable(ImageFile file, DynamicHeader header, int blocks) {
    this.header = header;
    this.blocks = blocks;
    this.pages = new PageCache(file, PageCache.PAGE_BYTES_MAX);
  }

  /**
   * How many blocks a disk has.
   *
   * @throws CorruptImageException if its table is too short, or too long to be read
   */
  static int blocks(ImageFile file, DynamicHeader header, long sizeBytes)
      throws CorruptImageException {
    long blocks = Math.ceilDiv(sizeBytes, 1L << header.blockBits());
    if (blocks > header.tableEntries() || blocks > BLOCKS_MAX) {
      String problem =
          blocks > BLOCKS_MAX
              ? "more than %d would be needed".formatted(BLOCKS_MAX)
              : "are %d for %d blocks".formatted(header.tableEntries(), blocks);
      throw new CorruptImageException(file.path(), "dynamic header: table entries", problem);
    }
    return (int) blocks;
  }

  int blocks() {
    return blocks;
  }

  /** Where a block's bitmap begins in the file, in bytes; its data follow. */
  long offsetOf(int block) throws IOException {
    int entry = entry(block);
    return entry == UNUSED_ENTRY ? NOWHERE : Integer.toUnsignedLong(entry) * SECTOR_BYTES;
  }

  /** Where a block lies in the file, in sectors, as the table says it. */
  int entry(int block) throws IOException {
    long position = (long) block * TABLE_ENTRY_BYTES;
    long inPage = position % PageCache.PAGE_BYTES_MAX;
    long end = header.tableOffset() + (long) blocks * TABLE_ENTRY_BYTES;
    ByteBuffer page = pages.page(header.tableOffset() + position - inPage, end);
    return page.getInt((int) inPage);
  }
}
