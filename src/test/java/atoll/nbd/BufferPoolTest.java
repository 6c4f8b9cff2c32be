package atoll.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Buffers come back, and not too many of them. */
final class BufferPoolTest {
  @Test
  void buffersAreOfTheNextPowerOfTwo() {
    assertThat(List.of(0, 1, 4096, 4097, 65536, 65537, 32 << 20))
        .extracting(BufferPool::capacityFor)
        .containsExactly(4096, 4096, 4096, 8192, 65536, 131072, 32 << 20);
  }

  @Test
  void whatComesBackIsUsedAgain() {
    var pool = new BufferPool(1 << 20);
    ByteBuffer buffer = pool.take(5000);
    assertThat(buffer.isDirect()).isTrue();
    assertThat(buffer.remaining()).isEqualTo(5000);
    buffer.position(17);
    pool.giveBack(buffer);
    assertThat(pool.spareBytes()).isEqualTo(8192);
    ByteBuffer again = pool.take(6000);
    assertThat(again).isSameAs(buffer);
    assertThat(again.remaining()).isEqualTo(6000);
    assertThat(pool.spareBytes()).isZero();
  }

  @Test
  void noMoreIsKeptThanAllowed() {
    var pool = new BufferPool(10_000);
    List<ByteBuffer> taken = List.of(pool.take(4096), pool.take(4096), pool.take(4096));
    taken.forEach(pool::giveBack);
    assertThat(pool.spareBytes()).isEqualTo(8192);
  }
}
