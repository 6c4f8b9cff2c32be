package atoll.cli.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java watches when the cache of classes is made. */
final class RehearseCommandTest {
  @TempDir private Path folder;

  private final StringWriter words = new StringWriter();

  private int atoll(String... arguments) {
    var out = new PrintWriter(words, true);
    return new AtollCommandLine(
            out, out, List.of(new NamedCommand("rehearse", () -> new RehearseCommand(_ -> {}))))
        .run(arguments);
  }

  @Test
  void everyCommandOfItSucceeds() {
    assertThat(atoll("rehearse", folder.toString())).as("%s", words).isZero();
    assertThat(folder.resolve("two.raw")).exists();
    assertThat(folder.resolve("socket")).doesNotExist();
  }

  @Test
  void helpDoesNotSpeakOfIt() {
    assertThat(atoll("help")).isZero();
    assertThat(words.toString()).doesNotContain("rehearse");
  }
}
