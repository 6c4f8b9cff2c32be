package atoll.format.qcow2;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/**
 * Zstandard: one frame or, as QEMU allows, several. Each is decompressed at once into its place, so
 * that no frame can ask for a window of its own, however large it says that has to be.
 *
 * <p>Source: RFC 8878; qcow2_zstd_decompress() in QEMU's block/qcow2-threads.c.
 */
final class ZstdDecompressor implements Decompressor {
  private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();

  @Override
  public void decompress(ByteBuffer source, ByteBuffer destination) throws DataFormatException {
    try {
      while (destination.hasRemaining()) {
        int frameBytes = frameBytes(source);
        int length = frame(source, frameBytes, destination);
        source.position(source.position() + frameBytes);
        destination.position(destination.position() + length);
      }
    } catch (ZstdException e) {
      var broken = new DataFormatException(e.getMessage());
      broken.initCause(e);
      throw broken;
    }
  }

  private static int frameBytes(ByteBuffer source) throws DataFormatException {
    long bytes =
        Zstd.findDirectByteBufferFrameCompressedSize(source, source.position(), source.remaining());
    if (Zstd.isError(bytes)) {
      throw new DataFormatException(Zstd.getErrorName(bytes));
    }
    if (bytes < 1 || bytes > source.remaining()) {
      throw new DataFormatException("a frame of " + bytes + " bytes");
    }
    return (int) bytes;
  }

  private int frame(ByteBuffer source, int frameBytes, ByteBuffer destination) {
    if (destination.isDirect()) {
      return zstd.decompressDirectByteBuffer(
          destination,
          destination.position(),
          destination.remaining(),
          source,
          source.position(),
          frameBytes);
    }
    return zstd.decompressDirectByteBufferToByteArray(
        destination.array(),
        destination.arrayOffset() + destination.position(),
        destination.remaining(),
        source,
        source.position(),
        frameBytes);
  }

  @Override
  public void close() {
    zstd.close();
  }
}
