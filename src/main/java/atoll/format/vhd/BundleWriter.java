package atoll.format.vhd;

import atoll.format.BlockImage;
import atoll.format.Zeros;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.Instant;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes an image as a bundle, from begin to end without going back: what is in which block is
 * known before the first byte.
 */
final class BundleWriter {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int MODE = 0644;

  private final BlockImage image;
  private final DynamicLayout layout;
  private final WritableByteChannel out;

  private BundleWriter(BlockImage image, DynamicLayout layout, WritableByteChannel out) {
    this.image = image;
    this.layout = layout;
    this.out = out;
  }

  static void write(BlockImage image, UUID id, Instant createdAt, boolean gzip, OutputStream out)
      throws IOException {
    long sectors = Math.ceilDiv(image.sizeBytes(), (long) VhdFormat.SECTOR_BYTES);
    VhdSpec spec = VhdSpec.ofSize(sectors * VhdFormat.SECTOR_BYTES, id, createdAt);
    DynamicLayout layout =
        DynamicLayout.of(spec, visitor -> image.extents(0, image.sizeBytes(), visitor));
    var open = new LeftOpen(out);
    try (OutputStream zipped = gzip ? new GZIPOutputStream(open, BUFFER_BYTES) : open;
        var tar = new TarArchiveOutputStream(zipped)) {
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR); // else 8 GiB were the most
      var entry = new TarArchiveEntry("0.vhd");
      entry.setSize(layout.fileBytes());
      entry.setMode(MODE);
      entry.setUserName("");
      entry.setModTime(createdAt.toEpochMilli());
      tar.putArchiveEntry(entry);
      new BundleWriter(image, layout, Channels.newChannel(tar)).writeVhd();
      tar.closeArchiveEntry();
    }
  }

  private void writeVhd() throws IOException {
    ByteBuffer footer = Footer.of(layout.spec(), VhdType.DYNAMIC).bytes();
    put(footer);
    put(layout.header());
    put(layout.table());
    ByteBuffer bitmap = layout.bitmap();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    for (int block = 0; block < layout.spec().blocks(); block++) {
      if (layout.isUsed(block)) {
        put(bitmap);
        putBlock(block, buffer);
      }
    }
    put(footer);
  }

  private void putBlock(int block, ByteBuffer buffer) throws IOException {
    long blockBytes = layout.spec().blockBytes();
    long start = block * blockBytes;
    for (long position = start; position < start + blockBytes; position += BUFFER_BYTES) {
      // Behind the end of the disk the last block is zeros.
      int length = Math.clamp(image.sizeBytes() - position, 0, BUFFER_BYTES);
      image.read(Math.min(position, image.sizeBytes()), buffer.clear().limit(length));
      Zeros.put(buffer.limit(BUFFER_BYTES), BUFFER_BYTES - length);
      put(buffer);
    }
  }

  private void put(ByteBuffer bytes) throws IOException {
    bytes.rewind();
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** A stream that its user closes, and not we. */
  private static final class LeftOpen extends FilterOutputStream {
    LeftOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
