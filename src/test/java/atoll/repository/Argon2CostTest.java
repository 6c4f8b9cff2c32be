package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Argon2CostTest {
  /** The tests of the reference implementation, for version 0x13 of Argon2id. */
  @ParameterizedTest
  @CsvSource({
    "65536, 2, 1, 09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
    "256, 2, 1, 9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
    "256, 2, 2, 6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"
  })
  void derivesWhatTheReferenceDerives(int memoryKib, int passes, int lanes, String expected)
      throws IOException {
    var cost = new Argon2Cost(memoryKib, passes, lanes);
    byte[] derived = cost.derive(ascii("password"), ascii("somesalt"));
    assertThat(Hex.text(derived)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "67108864, 1, 4, memory_kib",
    "-1, 1, 1, memory_kib",
    "31, 1, 4, memory_kib",
    "1048577, 1, 4, memory_kib",
    "131072, 0, 4, passes",
    "131072, 33, 4, in all",
    "8, 2147483647, 1, passes",
    "131072, 3, 0, lanes",
    "131072, 3, 16777215, lanes"
  })
  void whatWouldTakeTooMuchIsRefusedByName(int memoryKib, int passes, int lanes, String field) {
    assertThatThrownBy(() -> new Argon2Cost(memoryKib, passes, lanes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(field);
  }

  @Test
  void smallHeapIsToldBeforeItIsTried() {
    assertThatCode(() -> Argon2Cost.DEFAULT.requireMemory(512L << 20)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Argon2Cost.DEFAULT.requireMemory(160L << 20))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("128 MiB")
        .hasMessageContaining("JDK_JAVA_OPTIONS=-Xmx320m");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
