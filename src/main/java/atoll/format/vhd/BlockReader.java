package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.BlockImage;
import atoll.format.Extent.Kind;
import atoll.format.ExtentJoiner;
import atoll.format.ExtentVisitor;
import atoll.format.ImageFile;
import atoll.format.Zeros;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The content of a dynamic or differencing disk: blocks, each with a bitmap of its sectors before
 * it. A sector whose bit is not set is zeros in a dynamic disk and absent in a differencing one,
 * whatever the file has in its place.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Mapping a Disk Sector to a Sector
 * in the Block", "Read Operation for a Differencing Hard Disk".
 */
final class BlockReader implements BlockImage {
  private final ImageFile file;
  private final long sizeBytes;
  private final int blockBits;
  private final int bitmapBytes;
  private final Kind nothing;
  private final BlockTable table;
  private final PageCache bitmaps;

  /**
   * Reads blocks.
   *
   * @param nothing what a sector without data is
   */
  BlockReader(ImageFile file, long sizeBytes, int blockBits, BlockTable table, Kind nothing) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.blockBits = blockBits;
    this.bitmapBytes = bitmapBytes(blockBits);
    this.table = table;
    this.nothing = nothing;
    this.bitmaps = new PageCache(file, bitmapBytes);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes);
    walk(
        offsetBytes,
        destination.remaining(),
        (lengthBytes, hostOffsetBytes) -> {
          if (hostOffsetBytes == BlockTable.NOWHERE) {
            Zeros.put(destination, (int) lengthBytes);
            return;
          }
          int limit = destination.limit();
          file.read(hostOffsetBytes, destination.limit(destination.position() + (int) lengthBytes));
          destination.limit(limit);
        });
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes);
    var joiner = new ExtentJoiner(offsetBytes, visitor);
    walk(
        offsetBytes,
        lengthBytes,
        (runBytes, hostOffsetBytes) ->
            joiner.add(hostOffsetBytes == BlockTable.NOWHERE ? nothing : Kind.DATA, runBytes));
    joiner.finish();
  }

  /** Takes runs of sectors that are together in the file, or together not there. */
  @FunctionalInterface
  private interface RunVisitor {
    void visit(long lengthBytes, long hostOffsetBytes) throws IOException;
  }

  private void walk(long offsetBytes, long lengthBytes, RunVisitor visitor) throws IOException {
    long end = offsetBytes + lengthBytes;
    long position = offsetBytes;
    while (position < end) {
      int block = (int) (position >>> blockBits);
      long blockEnd = Math.min(end, (block + 1L) << blockBits);
      long hostOffset = table.offsetOf(block);
      if (hostOffset == BlockTable.NOWHERE) {
        visitor.visit(blockEnd - position, BlockTable.NOWHERE);
      } else {
        walkBlock(position, blockEnd, hostOffset, visitor);
      }
      position = blockEnd;
    }
  }

  private void walkBlock(long offsetBytes, long end, long hostOffset, RunVisitor visitor)
      throws IOException {
    var bitmap = new SectorBitmap(bitmaps.page(hostOffset, hostOffset + bitmapBytes));
    long start = offsetBytes >>> blockBits << blockBits;
    int endSector = (int) Math.ceilDiv(end - start, (long) SECTOR_BYTES);
    long position = offsetBytes;
    while (position < end) {
      int sector = (int) ((position - start) / SECTOR_BYTES);
      int next = bitmap.runEnd(sector, endSector);
      long runEnd = Math.min(end, start + (long) next * SECTOR_BYTES);
      long data = hostOffset + bitmapBytes + (position - start);
      visitor.visit(runEnd - position, bitmap.contains(sector) ? data : BlockTable.NOWHERE);
      position = runEnd;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
