package atoll.nbd;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Direct buffers to be used again, by any thread. Lengths are powers of two, so that a buffer fits
 * the next request, too; what is beyond the bound is left to the garbage collector.
 */
final class BufferPool {
  private static final int SMALLEST_BITS = 12;
  private static final int CLASSES = 32 - SMALLEST_BITS - 1;

  private final long spareBytesMax;
  private final AtomicLong spareBytes = new AtomicLong();
  private final List<ConcurrentLinkedDeque<ByteBuffer>> spares = new ArrayList<>();

  BufferPool(long spareBytesMax) {
    this.spareBytesMax = spareBytesMax;
    for (int i = 0; i < CLASSES; i++) {
      spares.add(new ConcurrentLinkedDeque<>());
    }
  }

  /** How long the buffer for so many bytes, at most 1 GiB, is. */
  static int capacityFor(int bytes) {
    return 1 << Math.max(SMALLEST_BITS, 32 - Integer.numberOfLeadingZeros(Math.max(0, bytes - 1)));
  }

  /** Gives a buffer with exactly so many bytes to fill; what is in it is anything. */
  ByteBuffer take(int bytes) {
    int capacity = capacityFor(bytes);
    ByteBuffer spare = spares(capacity).pollFirst();
    if (spare == null) {
      return ByteBuffer.allocateDirect(capacity).limit(bytes);
    }
    spareBytes.addAndGet(-capacity);
    return spare.clear().limit(bytes);
  }

  /** Takes back a buffer, which nobody uses any more. */
  void giveBack(ByteBuffer buffer) {
    int capacity = buffer.capacity();
    if (spareBytes.addAndGet(capacity) > spareBytesMax) {
      spareBytes.addAndGet(-capacity);
      return;
    }
    // The last one used first: its memory is warm, and the others need never be touched again.
    spares(capacity).addFirst(buffer);
  }

  /** How much is kept. */
  long spareBytes() {
    return spareBytes.get();
  }

  private ConcurrentLinkedDeque<ByteBuffer> spares(int capacity) {
    return spares.get(Integer.numberOfTrailingZeros(capacity) - SMALLEST_BITS);
  }
}
