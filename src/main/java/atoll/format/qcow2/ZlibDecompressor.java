package atoll.format.qcow2;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Deflate without a header. Reads any window; QEMU's has 2 to the power of 12 bytes.
 *
 * <p>Source: RFC 1951; qcow2_zlib_decompress() in QEMU's block/qcow2-threads.c.
 */
final class ZlibDecompressor implements Decompressor {
  private final Inflater inflater = new Inflater(true);

  @Override
  public void decompress(ByteBuffer source, ByteBuffer destination) throws DataFormatException {
    inflater.reset();
    inflater.setInput(source);
    while (destination.hasRemaining()) {
      if (inflater.inflate(destination) == 0) {
        throw new DataFormatException(destination.remaining() + " bytes are missing");
      }
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
