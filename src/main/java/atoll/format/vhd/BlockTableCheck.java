package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.CorruptImageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Checks a whole block allocation table when a file is opened: each block must lie within the file
 * and share no byte with another, nor with header, table and footer. For this once, 4 bytes for
 * each used block are kept in memory, at most 64 MiB and never more than there are in the file.
 */
final class BlockTableCheck {
  private static final String FIELD = "block allocation table";

  private final Path file;
  private final Footer footer;
  private final DynamicHeader header;
  private final long contentEnd;
  private final long strideSectors;

  BlockTableCheck(Path file, Footer footer, DynamicHeader header, long contentEnd) {
    this.file = file;
    this.footer = footer;
    this.header = header;
    this.contentEnd = contentEnd;
    this.strideSectors = strideBytes(header.blockBits()) / SECTOR_BYTES;
  }

  /** What a block takes in the file: its bitmap and its data. */
  static long strideBytes(int blockBits) {
    return bitmapBytes(blockBits) + (1L << blockBits);
  }

  /** Where the table begins must be known to be right before any of it is read. */
  void checkPlace() throws CorruptImageException {
    long offset = header.tableOffset();
    long length = header.tableEntries() * TABLE_ENTRY_BYTES;
    if (offset < FOOTER_BYTES || offset > contentEnd - length) {
      throw new CorruptImageException(
          file,
          "dynamic header: table offset",
          "is %s for %d entries".formatted(Long.toUnsignedString(offset), header.tableEntries()));
    }
    if (overlaps(offset, length, footer.headerOffset(), HEADER_BYTES)) {
      throw new CorruptImageException(
          file, "dynamic header: table offset", "is " + offset + ", within the header");
    }
  }

  void checkEntries(BlockTable table) throws IOException {
    var starts = new int[Math.min(table.blocks(), 1024)];
    int used = 0;
    for (int block = 0; block < table.blocks(); block++) {
      int entry = table.entry(block);
      if (entry != UNUSED_ENTRY) {
        checkPlace(block, Integer.toUnsignedLong(entry));
        if (used == starts.length) {
          starts = Arrays.copyOf(starts, Math.min(table.blocks(), 2 * used));
        }
        starts[used++] = entry ^ Integer.MIN_VALUE; // sorts like an unsigned number
      }
    }
    checkApart(starts, used);
  }

  private void checkPlace(int block, long sector) throws CorruptImageException {
    long offset = sector * SECTOR_BYTES;
    long length = strideSectors * SECTOR_BYTES;
    if (offset < FOOTER_BYTES
        || offset > contentEnd - length
        || overlaps(offset, length, footer.headerOffset(), HEADER_BYTES)
        || overlaps(
            offset, length, header.tableOffset(), header.tableEntries() * TABLE_ENTRY_BYTES)) {
      throw new CorruptImageException(
          file, FIELD, "puts block %d at sector %d".formatted(block, sector));
    }
  }

  private void checkApart(int[] starts, int used) throws CorruptImageException {
    Arrays.sort(starts, 0, used);
    for (int i = 1; i < used; i++) {
      if ((long) starts[i] - starts[i - 1] < strideSectors) {
        long sector = Integer.toUnsignedLong(starts[i] ^ Integer.MIN_VALUE);
        throw new CorruptImageException(file, FIELD, "has two blocks at sector " + sector);
      }
    }
  }

  private static boolean overlaps(long offset, long length, long otherOffset, long otherLength) {
    return offset < otherOffset + otherLength && otherOffset < offset + length;
  }
}
