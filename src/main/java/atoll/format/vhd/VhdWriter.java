package atoll.format.vhd;

import atoll.format.BlockWriter;
import atoll.format.ExtentSource;
import atoll.format.NewFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes a new dynamic VHD file whose content is known beforehand: only blocks with data are in it.
 *
 * <p>First come table and bitmaps; then the data, each to its place, in the file in the order of
 * the disk; then the header and last the footers. Until {@link #finish} the file has none, so
 * nobody takes a half-written one for an image. Blocks that were announced as data and are not
 * written read as zeros.
 *
 * <p>An interrupt ends the writing for all threads: the writer can then only be closed, which
 * deletes the file.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Implementing a Dynamic Disk".
 */
public final class VhdWriter implements BlockWriter, Closeable {
  private final NewFile file;
  private final DynamicLayout layout;

  private VhdWriter(NewFile file, DynamicLayout layout) {
    this.file = file;
    this.layout = layout;
  }

  /**
   * Begins an image with a certain content. Blocks with any {@code DATA} can be written to; the
   * rest reads as zeros.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file is there
   * @throws IllegalArgumentException if the extents are not in order or beyond the disk
   */
  public static VhdWriter create(Path path, VhdSpec spec, ExtentSource content) throws IOException {
    DynamicLayout layout = DynamicLayout.of(spec, content);
    var writer = new VhdWriter(NewFile.create(path), layout);
    try {
      writer.writeTable();
      writer.writeBitmaps();
      return writer;
    } catch (IOException | RuntimeException e) {
      try (writer) {
        throw e;
      }
    }
  }

  private void writeTable() throws IOException {
    file.write(DynamicLayout.TABLE_OFFSET, layout.table());
  }

  private void writeBitmaps() throws IOException {
    ByteBuffer bitmap = layout.bitmap();
    for (int block = 0; block < layout.spec().blocks(); block++) {
      if (layout.isUsed(block)) {
        file.write(layout.bitmapOffset(block), bitmap.rewind());
      }
    }
  }

  /**
   * Writes into blocks that were announced as data, all or a part of them.
   *
   * @throws IndexOutOfBoundsException if the range does not lie within the disk
   * @throws IllegalArgumentException if it touches a block that was not announced
   */
  @Override
  public void write(long offsetBytes, ByteBuffer content) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, content.remaining(), layout.spec().sizeBytes());
    file.checkNotFinished();
    checkAnnounced(offsetBytes, content.remaining());
    int blockBits = layout.spec().blockBits();
    long position = offsetBytes;
    int limit = content.limit();
    while (content.position() < limit) {
      int block = (int) (position >>> blockBits);
      long inBlock = position - ((long) block << blockBits);
      long room = layout.spec().blockBytes() - inBlock;
      int length = (int) Math.min(room, limit - content.position());
      file.write(layout.dataOffset(block) + inBlock, content.limit(content.position() + length));
      content.limit(limit);
      position += length;
    }
  }

  private void checkAnnounced(long offsetBytes, int lengthBytes) {
    int blockBits = layout.spec().blockBits();
    long end = Math.ceilDiv(offsetBytes + lengthBytes, 1L << blockBits);
    for (long block = offsetBytes >>> blockBits; block < end && lengthBytes > 0; block++) {
      if (!layout.isUsed((int) block)) {
        throw new IllegalArgumentException(
            lengthBytes + " bytes at " + offsetBytes + " are not all announced as data");
      }
    }
  }

  /**
   * Makes the file an image; all writing must have ended.
   *
   * @param sync whether it is to be durable on return; its name is when its folder is, too
   */
  public void finish(boolean sync) throws IOException {
    file.checkNotFinished();
    if (sync) {
      file.force(); // a footer must not be durable before what it vouches for
    }
    ByteBuffer footer = Footer.of(layout.spec(), VhdType.DYNAMIC).bytes();
    file.write(DynamicLayout.HEADER_OFFSET, layout.header());
    file.write(layout.footerOffset(), footer);
    file.write(0, footer.rewind());
    if (sync) {
      file.force();
    }
    file.finish();
  }

  /** Closes the file; deletes it if it was not finished. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
