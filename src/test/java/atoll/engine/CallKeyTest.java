package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.model.KeyedCall;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is kept of a call with a key, and what it tells. */
class CallKeyTest {
  private static final String KEY = "5f0e6a4e-0f5c-4c36-9d0a-2c0d4f9f5a11";
  private static final CallKey MINE = CallKey.of("me", KEY);

  private static KeyedCall.Answer answer() {
    return new KeyedCall.Answer(
        202,
        Map.of("X-Subject-Token", "the token", "Location", "here"),
        "{\"auth_key\": \"the secret\"}".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatWasSealedIsReadAgainByWhoHasTheKey() {
    KeyedCall.Answer read = CallKey.of("me", KEY).open(MINE.seal(answer()));
    assertThat(read.status()).isEqualTo(202);
    assertThat(read.headers()).isEqualTo(answer().headers());
    assertThat(read.body()).isEqualTo(answer().body());
  }

  @Test
  void whatIsKeptTellsNeitherKeyNorAnswer() {
    String sealed =
        new String(Base64.getDecoder().decode(MINE.seal(answer())), StandardCharsets.ISO_8859_1);
    assertThat(sealed).doesNotContain("the token").doesNotContain("secret").doesNotContain("202");
    assertThat(MINE.name()).hasSize(64).doesNotContain(KEY);
    assertThat(MINE.mark("asked")).hasSize(64).isNotEqualTo(MINE.name());
    assertThat(MINE.seal(answer())).isNotEqualTo(MINE.seal(answer()));
  }

  @Test
  void anotherCallersKeyIsAnother() {
    CallKey other = CallKey.of("somebody", KEY);
    assertThat(other.name()).isNotEqualTo(MINE.name());
    assertThat(other.mark("asked")).isNotEqualTo(MINE.mark("asked"));
    String sealed = MINE.seal(answer());
    assertThatThrownBy(() -> other.open(sealed)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anotherCallHasAnotherMark() {
    assertThat(MINE.mark("this")).isEqualTo(MINE.mark("this")).isNotEqualTo(MINE.mark("that"));
  }
}
