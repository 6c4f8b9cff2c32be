package atoll.format.vhd;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream from which only so much can be read as is allowed: what a tar says of its entries is
 * read by a library that would take a name of any length into memory.
 */
final class MeteredInput extends FilterInputStream {
  private long allowedBytes;

  MeteredInput(InputStream in) {
    super(in);
  }

  /** Allows so much to be read from now on. */
  void allow(long bytes) {
    allowedBytes = bytes;
  }

  @Override
  public int read() throws IOException {
    checkAllowed();
    int value = in.read();
    allowedBytes -= value < 0 ? 0 : 1;
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    checkAllowed();
    int read = in.read(buffer, offset, (int) Math.min(length, allowedBytes));
    allowedBytes -= Math.max(read, 0);
    return read;
  }

  @Override
  public long skip(long bytes) throws IOException {
    long skipped = in.skip(Math.clamp(bytes, 0, allowedBytes));
    allowedBytes -= skipped;
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void checkAllowed() throws IOException {
    if (allowedBytes <= 0) {
      throw new IOException("more than can be read here");
    }
  }
}
