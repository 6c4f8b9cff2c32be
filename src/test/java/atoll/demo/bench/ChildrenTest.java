package atoll.demo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenTest {
  @TempDir private Path folder;

  private Children children = new Children("time", Path.of(""));

  @BeforeEach
  void makeReady() {
    children = new Children("time", folder);
  }

  private ToolCommand shell(String script) {
    return ToolCommand.of(folder, List.of("sh", "-c", script));
  }

  @Test
  void whatAProgramSaysIsGivenBack() throws Exception {
    assertThat(children.run(shell("echo one; echo two >&2"))).isEqualTo("one\ntwo");
    var command =
        new ToolCommand(folder, Map.of("WORD", "a word"), List.of("sh", "-c", "echo $WORD; pwd"));
    assertThat(children.run(command)).isEqualTo("a word\n" + folder.toRealPath());
  }

  @Test
  void whatAProgramSaidWhenItFailedIsInTheMessage() {
    assertThatThrownBy(() -> children.run(shell("echo no room; exit 3")))
        .isInstanceOf(ToolFailedException.class)
        .hasMessageContaining("sh -c")
        .hasMessageContaining("ended with 3")
        .hasMessageContaining("no room");
    var missing = ToolCommand.of(folder, List.of("no-such-program"));
    assertThatThrownBy(() -> children.run(missing))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(ToolFailedException.class);
  }

  @Test
  void figuresOfTimeAreRead() {
    assertThat(Cost.of(4, "1.25 0.50 2048\n")).isEqualTo(new Cost(4, 1.75, 2 << 20));
    assertThatThrownBy(() -> Cost.of(4, "Command exited with non-zero status 1"))
        .hasMessageContaining("Command exited");
  }

  /** A pipe is opened by both ends at once: its reader knows that the program runs. */
  @Test
  void anInterruptEndsTheProgramAndWhatItStarted() throws Exception {
    Path pipe = folder.resolve("pipe");
    children.run(ToolCommand.of(folder, List.of("mkfifo", pipe.toString())));
    var run =
        new FutureTask<>(
            () -> children.run(shell("sleep 1000 & echo $$ $! > pipe; wait; echo woken")));
    Thread owner = Thread.ofPlatform().start(run);
    var ends =
        List.of(Files.readString(pipe).strip().split(" ")).stream()
            .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow().onExit())
            .toList();
    owner.interrupt();
    assertThatThrownBy(run::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new)).join();
  }
}
