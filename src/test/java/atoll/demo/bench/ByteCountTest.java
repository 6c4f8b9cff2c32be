package atoll.demo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ByteCountTest {
  private final ByteCount count = new ByteCount();

  @Test
  void lettersStandForPowersOf1024() {
    assertThat(count.convert("4096")).isEqualTo(4096);
    assertThat(count.convert("1K")).isEqualTo(1024);
    assertThat(count.convert("64M")).isEqualTo(64L << 20);
    assertThat(count.convert("8G")).isEqualTo(8L << 30);
    assertThat(count.convert("2T")).isEqualTo(2L << 40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "G", "1.5G", "8 G", "8g", "8GB", "99999999999T"})
  void otherWordsAreRefused(String text) {
    assertThatThrownBy(() -> count.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
