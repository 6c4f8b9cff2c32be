package atoll.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class CausesTest {
  @Test
  void messagesFollowOneAnother() {
    var thrown = new IOException("put packs/aa", new IOException("connection refused"));
    assertThat(Causes.inOneLine(thrown)).isEqualTo("put packs/aa: connection refused");
  }

  @Test
  void bareMessagesOfOthersGetTheirKind() {
    var thrown = new IOException("open layer", new NoSuchFileException("/v/3f.qcow2"));
    assertThat(Causes.inOneLine(thrown)).isEqualTo("open layer: NoSuchFileException: /v/3f.qcow2");
  }

  @Test
  void wrapperThatOnlyRepeatsItsCauseIsSaidOnce() {
    var cause = new IOException("disk full");
    assertThat(Causes.inOneLine(new UncheckedIOException("backup: disk full", cause)))
        .isEqualTo("backup: disk full");
  }

  @Test
  void noMessageIsAKind() {
    assertThat(Causes.inOneLine(new IllegalStateException())).isEqualTo("IllegalStateException");
  }

  @Test
  void severalLinesBecomeOne() {
    assertThat(Causes.inOneLine(new IOException("qemu said\n  no\n  memory")))
        .isEqualTo("qemu said no memory");
  }
}
