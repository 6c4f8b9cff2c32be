package atoll.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SuccessesTest {
  private final SetClock clock = new SetClock();
  private final Successes successes =
      new Successes(MacKey.random(new Randomness(new SecureRandom())), clock);

  @Test
  void isKnownForFiveMinutes() {
    successes.add("u", "hash", "password");
    assertThat(successes.has("u", "hash", "password")).isTrue();
    clock.advance(Duration.ofMinutes(5).minusNanos(1));
    assertThat(successes.has("u", "hash", "password")).isTrue();
    clock.advance(Duration.ofNanos(1));
    assertThat(successes.has("u", "hash", "password")).isFalse();
  }

  @Test
  void isOfOneUserOneHashAndOnePassword() {
    successes.add("u", "hash", "password");
    assertThat(successes.has("v", "hash", "password")).isFalse();
    assertThat(successes.has("u", "hash2", "password")).isFalse();
    assertThat(successes.has("u", "hash", "Password")).isFalse();
  }

  @Test
  void isForgottenWhenTheClockIsSetBack() {
    successes.add("u", "hash", "password");
    clock.advance(Duration.ofDays(-1));
    assertThat(successes.has("u", "hash", "password")).isFalse();
  }
}
