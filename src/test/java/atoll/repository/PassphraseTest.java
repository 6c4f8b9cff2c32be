package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PassphraseTest {
  private static final String WORDS = "five words chosen by dice";

  @TempDir private Path folder;

  private static Passphrase of(String text) throws IOException {
    return Passphrase.of(text.toCharArray());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {WORDS, WORDS + "\n", WORDS + "\r\n"})
  void onlyLineOfAFileIsRead(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("words"), content);
    try (var passphrase = Passphrase.read(file)) {
      assertThat(passphrase.bytes()).isEqualTo(utf8(WORDS));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "one\ntwo", "one\n\n"})
  void whatIsNoSingleLineIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("words"), content);
    assertThatThrownBy(() -> Passphrase.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> Passphrase.read(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void endlessAndForeignFilesAreRefused() throws IOException {
    assertThatThrownBy(() -> Passphrase.read(Path.of("/dev/zero")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too many");
    Path latin = Files.write(folder.resolve("latin"), new byte[] {'a', (byte) 0xE9, 'b'});
    assertThatThrownBy(() -> Passphrase.read(latin)).hasMessageContaining("UTF-8");
  }

  @Test
  void sameLetterTypedOtherwiseIsTheSame() throws IOException {
    try (var composed = of("caf\u00e9 \ud83d\udd11 cr\u00e8me");
        var decomposed = of("cafe\u0301 \ud83d\udd11 cre\u0300me")) {
      assertThat(decomposed.bytes())
          .isEqualTo(composed.bytes())
          .isEqualTo(utf8("caf\u00e9 \ud83d\udd11 cr\u00e8me"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd words", "half a \ud83d character"})
  void lettersThatATerminalLacksAreNotTakenForOneAnother(String typed) {
    assertThatThrownBy(() -> of(typed))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("LC_ALL=C.UTF-8");
  }

  @Test
  void newOneThatIsTooShortIsRefusedWithTheReason() throws IOException {
    try (var eleven = of("12345678901");
        var twelve = of("123456789012")) {
      assertThatThrownBy(eleven::requireStrong)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("11 characters is too short")
          .hasMessageContaining("12 or more")
          .hasMessageNotContaining("12345678901");
      assertThatCode(twelve::requireStrong).doesNotThrowAnyException();
    }
    assertThatThrownBy(() -> of("")).hasMessageContaining("empty");
    assertThatThrownBy(() -> of("x".repeat(1025))).hasMessageContaining("1024");
  }

  @Test
  void itIsNeverShownAndGoneWhenClosed() throws IOException {
    char[] typed = WORDS.toCharArray();
    var passphrase = Passphrase.of(typed);
    assertThat(passphrase.toString()).isEqualTo("passphrase");
    passphrase.close();
    assertThatThrownBy(passphrase::bytes).isInstanceOf(IllegalStateException.class);
    var key = RepositoryKey.generate(RepositoryFixture.RANDOM);
    key.close();
    assertThatThrownBy(key::secret).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> key.writeTo(folder.resolve("key")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(folder.resolve("key")).doesNotExist();
  }
}
