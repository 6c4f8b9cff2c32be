package atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
  private static final List<String> KNOWN = List.of("demo", "help", "version", "--report");

  @ParameterizedTest
  @CsvSource({
    "dmeo, demo",
    "dem, demo",
    "demos, demo",
    "hlep, help",
    "versoin, version",
    "vrsions, version",
    "-report, --report"
  })
  void slipOfTheFingerIsUnderstood(String typed, String meant) {
    assertThat(Spelling.closest(typed, KNOWN)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"xyzzy", "snapshot", "''", "test"})
  void anotherWordIsNotBentIntoAKnownOne(String typed) {
    assertThat(Spelling.closest(typed, KNOWN)).isEmpty();
  }

  @Test
  void distanceCountsLetters() {
    assertThat(Spelling.distance("", "abc")).isEqualTo(3);
    assertThat(Spelling.distance("abc", "abc")).isZero();
    assertThat(Spelling.distance("abcd", "bacd")).isEqualTo(1);
    assertThat(Spelling.distance("kitten", "sitting")).isEqualTo(3);
  }
}
