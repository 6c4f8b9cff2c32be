package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ExtentSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where everything lies in a new dynamic disk: copy of the footer, header, block allocation table,
 * the blocks with any data in the order of the disk, footer. In memory it has 4 bytes for each
 * block of the disk: 4 MiB for 2 TiB.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Dynamic Hard Disk Image".
 */
final class DynamicLayout {
  static final int HEADER_OFFSET = FOOTER_BYTES;
  static final int TABLE_OFFSET = HEADER_OFFSET + HEADER_BYTES;

  private final VhdSpec spec;
  private final int[] table;
  private final long firstBlockOffset;
  private final long strideBytes;
  private int usedBlocks;
  private long plannedBytes;

  private DynamicLayout(VhdSpec spec) {
    this.spec = spec;
    this.table = new int[spec.blocks()];
    Arrays.fill(table, UNUSED_ENTRY);
    this.firstBlockOffset = (long) TABLE_OFFSET + tableBytes();
    this.strideBytes = BlockTableCheck.strideBytes(spec.blockBits());
  }

  /**
   * Makes room for each block with any {@code DATA}.
   *
   * @throws IllegalArgumentException if extents are not in order or not within the disk, or there
   *     are more blocks than a file can hold
   */
  static DynamicLayout of(VhdSpec spec, ExtentSource content) throws IOException {
    var layout = new DynamicLayout(spec);
    content.extents(layout::add);
    return layout;
  }

  private void add(Extent extent) {
    if (extent.offsetBytes() < plannedBytes || extent.endBytes() > spec.sizeBytes()) {
      throw new IllegalArgumentException(
          extent + " after " + plannedBytes + " of " + spec.sizeBytes());
    }
    plannedBytes = extent.endBytes();
    if (extent.kind() == Kind.DATA) {
      int first = (int) (extent.offsetBytes() >>> spec.blockBits());
      int last = (int) ((extent.endBytes() - 1) >>> spec.blockBits());
      for (int block = first; block <= last; block++) {
        use(block);
      }
    }
  }

  private void use(int block) {
    if (table[block] != UNUSED_ENTRY) {
      return;
    }
    long sector = footerOffset() / SECTOR_BYTES;
    if (sector > ENTRY_MAX) {
      throw new IllegalArgumentException(
          "too much data for blocks of 2^" + spec.blockBits() + " bytes");
    }
    table[block] = (int) sector;
    usedBlocks++;
  }

  VhdSpec spec() {
    return spec;
  }

  boolean isUsed(int block) {
    return table[block] != UNUSED_ENTRY;
  }

  int usedBlocks() {
    return usedBlocks;
  }

  /** Where the data of a used block begin in the file. */
  long dataOffset(int block) {
    return bitmapOffset(block) + bitmapBytes(spec.blockBits());
  }

  long bitmapOffset(int block) {
    return Integer.toUnsignedLong(table[block]) * SECTOR_BYTES;
  }

  /** Where the footer goes: behind the blocks. */
  long footerOffset() {
    return firstBlockOffset + usedBlocks * strideBytes;
  }

  long fileBytes() {
    return footerOffset() + FOOTER_BYTES;
  }

  ByteBuffer header() {
    return new DynamicHeader(TABLE_OFFSET, table.length, spec.blockBits()).bytes();
  }

  /** The length of the table in whole sectors. */
  int tableBytes() {
    long sectors = Math.ceilDiv((long) table.length * TABLE_ENTRY_BYTES, (long) SECTOR_BYTES);
    return (int) sectors * SECTOR_BYTES;
  }

  /** The table, filled up with unused entries. */
  ByteBuffer table() {
    ByteBuffer bytes = ByteBuffer.allocate(tableBytes());
    for (int entry : table) {
      bytes.putInt(entry);
    }
    while (bytes.hasRemaining()) {
      bytes.putInt(UNUSED_ENTRY);
    }
    return bytes.flip();
  }

  /**
   * The bitmap of each used block. All sectors are marked: those that are not written are zeros in
   * the file, and QEMU, which goes on writing to a block, marks none.
   */
  ByteBuffer bitmap() {
    var bytes = new byte[bitmapBytes(spec.blockBits())];
    Arrays.fill(bytes, (byte) 0xff);
    return ByteBuffer.wrap(bytes);
  }
}
