package atoll.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the content of a block device, in pieces and in any order. */
public interface BlockWriter {
  /**
   * Writes the rest of {@code content} at {@code offsetBytes}. May be called from several threads
   * at once for ranges that do not overlap. Nothing is durable before the writer is finished.
   */
  void write(long offsetBytes, ByteBuffer content) throws IOException;
}
