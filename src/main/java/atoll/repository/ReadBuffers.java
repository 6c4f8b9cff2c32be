package atoll.repository;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import org.jspecify.annotations.Nullable;

/**
 * What one thread needs to read records, kept to be used again. Close it: it holds native memory.
 */
final class ReadBuffers implements AutoCloseable {
  private final RecordCipher cipher = new RecordCipher();

  /** Made when the first frame comes: nodes mostly have none, and it is large. */
  private @Nullable ZstdDecompressCtx zstd;

  private byte[] sealed = new byte[0];
  private byte[] frame = new byte[0];

  RecordCipher cipher() {
    return cipher;
  }

  /** At least {@code length} bytes for what is fetched; fetching again overwrites it. */
  byte[] sealed(int length) {
    if (sealed.length < length) {
      sealed = new byte[length];
    }
    return sealed;
  }

  /** What was fetched last. */
  byte[] sealed() {
    return sealed;
  }

  /** At least {@code length} bytes for what was opened and is to be decompressed. */
  byte[] frame(int length) {
    if (frame.length < length) {
      frame = new byte[length];
    }
    return frame;
  }

  /**
   * Decompresses the frame; gives the length of its content.
   *
   * @throws ZstdException if it is none, or longer than {@code length}
   */
  int decompress(int frameLength, byte[] out, int to, int length) {
    if (zstd == null) {
      zstd = new ZstdDecompressCtx();
    }
    return zstd.decompressByteArray(out, to, length, frame, 0, frameLength);
  }

  @Override
  public void close() {
    if (zstd != null) {
      zstd.close();
    }
  }
}
