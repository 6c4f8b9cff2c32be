package atoll.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * The rest of a buffer as a stream; the buffer's own position stays where it is.
 *
 * <p>After {@link #close} nothing more is read, whoever still tries: the buffer may then be used
 * for something else while a request that was given up dies away.
 */
public final class BufferInputStream extends InputStream {
  private final ByteBuffer content;
  private boolean isClosed;

  /** Reads from the position to the limit. */
  public BufferInputStream(ByteBuffer content) {
    this.content = content.duplicate();
  }

  @Override
  public synchronized int read() throws IOException {
    requireOpen();
    return content.hasRemaining() ? content.get() & 0xff : -1;
  }

  @Override
  public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
    requireOpen();
    if (length == 0) {
      return 0;
    }
    if (!content.hasRemaining()) {
      return -1;
    }
    int read = Math.min(length, content.remaining());
    content.get(bytes, offset, read);
    return read;
  }

  @Override
  public synchronized int available() {
    return content.remaining();
  }

  @Override
  public synchronized void close() {
    isClosed = true;
  }

  private void requireOpen() throws IOException {
    if (isClosed) {
      throw new IOException("the request was given up");
    }
  }
}
