package atoll.objectstore;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads no faster than a {@link Bandwidth} allows. */
public final class LimitedInputStream extends FilterInputStream {
  private final Bandwidth bandwidth;

  /** Reads {@code in}, and closes it when it is closed. */
  public LimitedInputStream(InputStream in, Bandwidth bandwidth) {
    super(in);
    this.bandwidth = bandwidth;
  }

  @Override
  public int read() throws IOException {
    bandwidth.acquire(1);
    return super.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int read = super.read(bytes, offset, bandwidth.pieceBytes(length));
    if (read > 0) {
      bandwidth.acquire(read);
    }
    return read;
  }
}
