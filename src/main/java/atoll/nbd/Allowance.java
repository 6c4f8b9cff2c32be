package atoll.nbd;

import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/**
 * The memory that one client's replies may take. Each client has its own, so that one who does not
 * take what it asked for keeps nobody else waiting.
 *
 * <p>A thread holds one buffer at a time, or two could wait for each other.
 */
final class Allowance {
  private final BufferPool pool;
  private final Semaphore bytes;

  Allowance(BufferPool pool, int bytesMax) {
    this.pool = pool;
    this.bytes = new Semaphore(bytesMax, true);
  }

  /** Gives a buffer with exactly so many bytes to fill, after waiting until there is room. */
  ByteBuffer take(int lengthBytes) {
    // Never long: who holds some either reads an image or writes to a socket that can be closed.
    bytes.acquireUninterruptibly(BufferPool.capacityFor(lengthBytes));
    boolean isTaken = false;
    try {
      ByteBuffer buffer = pool.take(lengthBytes);
      isTaken = true;
      return buffer;
    } finally {
      if (!isTaken) {
        bytes.release(BufferPool.capacityFor(lengthBytes));
      }
    }
  }

  /** Takes a buffer back. */
  void giveBack(ByteBuffer buffer) {
    pool.giveBack(buffer);
    bytes.release(buffer.capacity());
  }
}
