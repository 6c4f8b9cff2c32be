package atoll.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What goes to and fro between client and server: read by one thread at a time, written by any,
 * each message as a whole.
 */
final class Wire {
  private static final int INPUT_BYTES = 16 << 10;

  private final ReadableByteChannel in;
  private final GatheringByteChannel out;
  private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT_BYTES).flip();
  private final ReentrantLock writing = new ReentrantLock();

  Wire(ReadableByteChannel in, GatheringByteChannel out) {
    this.in = in;
    this.out = out;
  }

  /** Whether there is anything more to come; waits until that is known. */
  boolean hasMore() throws IOException {
    return fill(1);
  }

  /**
   * Waits for so many bytes, at most 16 KiB, and gives them; to be used before the next is read.
   *
   * @throws EOFException if there are fewer
   */
  ByteBuffer read(int bytes) throws IOException {
    if (!fill(bytes)) {
      throw new EOFException("the client went in the middle of a message");
    }
    ByteBuffer read = input.slice(input.position(), bytes);
    input.position(input.position() + bytes);
    return read;
  }

  /** Passes over so many bytes, however many. */
  void skip(long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      if (!fill(1)) {
        throw new EOFException("the client went in the middle of a message");
      }
      int step = (int) Math.min(left, input.remaining());
      input.position(input.position() + step);
      left -= step;
    }
  }

  private boolean fill(int bytes) throws IOException {
    if (input.remaining() >= bytes) {
      return true;
    }
    input.compact();
    try {
      while (input.position() < bytes) {
        if (in.read(input) < 0) {
          return false;
        }
      }
    } finally {
      input.flip();
    }
    return true;
  }

  /** Sends one message, of which parts that follow one another lie in several buffers. */
  void send(ByteBuffer... parts) throws IOException {
    int next = 0;
    writing.lock();
    try {
      while (next < parts.length) {
        if (parts[next].hasRemaining()) {
          out.write(parts, next, parts.length - next);
        } else {
          next++;
        }
      }
    } finally {
      writing.unlock();
    }
  }
}
