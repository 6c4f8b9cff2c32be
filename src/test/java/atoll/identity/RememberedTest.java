package atoll.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RememberedTest {
  private final SetClock clock = new SetClock();
  private final Remembered<String> remembered = new Remembered<>(2, clock);

  private void add(String key) {
    remembered.add(key, "of " + key, clock.instant().plusSeconds(1));
  }

  @Test
  void theOldestGivesWay() {
    add("a");
    add("b");
    add("a");
    add("c");
    assertThat(remembered.find("b")).isNull();
    assertThat(remembered.find("a")).isEqualTo("of a");
    assertThat(remembered.find("c")).isEqualTo("of c");
  }

  @Test
  void nothingIsKnownAfterItsTimeOrBefore() {
    add("a");
    clock.advance(Duration.ofSeconds(1).minusNanos(1));
    assertThat(remembered.find("a")).isEqualTo("of a");
    clock.advance(Duration.ofNanos(1));
    assertThat(remembered.find("a")).isNull();
    add("a");
    clock.advance(Duration.ofDays(-1));
    assertThat(remembered.find("a")).isNull();
  }

  @Test
  void whatIsForgottenIsNotKnown() {
    add("a");
    remembered.forget("a");
    assertThat(remembered.find("a")).isNull();
  }
}
