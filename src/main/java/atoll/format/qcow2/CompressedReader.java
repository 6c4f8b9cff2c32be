package atoll.format.qcow2;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/** What one thread needs to read compressed clusters, kept to be used again by the next one. */
final class CompressedReader implements AutoCloseable {
  private final ImageFile file;
  private final Qcow2Header header;
  private final Decompressor decompressor;
  private ByteBuffer source = ByteBuffer.allocateDirect(0);

  CompressedReader(ImageFile file, Qcow2Header header) {
    this.file = file;
    this.header = header;
    this.decompressor = header.compression().decompressor();
  }

  /**
   * Reads a whole cluster into {@code destination}, which has room for just that.
   *
   * @param entry an L2 entry that was found to point into the file
   */
  void read(long entry, ByteBuffer destination) throws IOException {
    long offset = header.compressedOffset(entry);
    // The last sector that has compressed data may be the last of the file, and not whole.
    int length = (int) Math.min(header.compressedBytes(entry), file.sizeBytes() - offset);
    makeRoom(length);
    file.read(offset, source.clear().limit(length));
    try {
      decompressor.decompress(source.flip(), destination);
    } catch (DataFormatException e) {
      var corrupt =
          new CorruptImageException(
              file.path(),
              "compressed cluster at byte 0x" + Long.toHexString(offset),
              "cannot be decompressed: " + e.getMessage());
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  /** Compressed data are seldom longer than a cluster, so this happens once. */
  private void makeRoom(int length) {
    if (source.capacity() < length) {
      source = ByteBuffer.allocateDirect(Math.max(length, header.clusterBytes()));
    }
  }

  @Override
  public void close() {
    decompressor.close();
  }
}
