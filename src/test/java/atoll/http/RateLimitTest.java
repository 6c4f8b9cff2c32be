package atoll.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How many calls a caller may make. */
class RateLimitTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // as System.nanoTime may be
  private final RateLimit limit = new RateLimit(10, now::get);

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private int admitted(String caller, int calls) {
    int admitted = 0;
    for (int i = 0; i < calls; i++) {
      admitted += limit.admit(caller).isZero() ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void aBurstOfTwoSecondsIsLetThroughThenTheRate() {
    assertThat(admitted("a", 100)).isEqualTo(20);
    assertThat(limit.admit("a")).isEqualTo(Duration.ofMillis(100));
    pass(Duration.ofMillis(100));
    assertThat(admitted("a", 100)).isEqualTo(1);
    pass(Duration.ofSeconds(1));
    assertThat(admitted("a", 100)).isEqualTo(10);
    pass(Duration.ofHours(1));
    assertThat(admitted("a", 100)).isEqualTo(20);
  }

  @Test
  void eachCallerHasItsOwn() {
    assertThat(admitted("a", 100)).isEqualTo(20);
    assertThat(admitted("b", 100)).isEqualTo(20);
  }

  @Test
  void zeroIsNoBound() {
    var none = new RateLimit(0, now::get);
    for (int i = 0; i < 1000; i++) {
      assertThat(none.admit("a")).isZero();
    }
  }

  @Test
  void ofManyCallersTheLatestAreKnown() {
    admitted("first", 100);
    for (int i = 0; i < 10_000; i++) {
      limit.admit("caller " + i);
    }
    assertThat(admitted("caller 9999", 100)).isEqualTo(19);
    assertThat(admitted("first", 100)).isEqualTo(20);
  }
}
