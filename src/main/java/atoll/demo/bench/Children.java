package atoll.demo.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs programs one after the other, and measures them. None outlives its run, also where the
 * thread is interrupted meanwhile. One thread at a time.
 */
final class Children {
  private static final long GRACE_SECONDS = 10;
  private static final int SAID_CHARACTERS_MAX = 2000;

  private final String time;
  private final Path folder;

  /**
   * @param time where GNU time lies
   * @param folder where this keeps what programs say
   */
  Children(String time, Path folder) {
    this.time = time;
    this.folder = folder;
  }

  /**
   * Runs a program to its end.
   *
   * @return what it printed
   * @throws ToolFailedException if it fails; the message has the last of what it printed
   */
  String run(ToolCommand command) throws IOException, InterruptedException {
    return runToEnd(command).said();
  }

  /**
   * Runs a program to its end below GNU time.
   *
   * <p>Not right below this JVM: a process begins with the peak of memory of the one that it was
   * forked from, and that of GNU time is next to nothing.
   *
   * @throws ToolFailedException if it fails; the message has the last of what it printed
   */
  Cost time(ToolCommand command) throws IOException, InterruptedException {
    Path figures = folder.resolve("time");
    var words = new ArrayList<>(List.of(time, "-q", "-o", figures.toString(), "-f", "%U %S %M"));
    words.addAll(command.words());
    Run run = runToEnd(new ToolCommand(command.folder(), command.environment(), words));
    return Cost.of(run.seconds(), Files.readString(figures));
  }

  /** A program that has done its work. */
  private record Run(double seconds, String said) {}

  private Run runToEnd(ToolCommand command) throws IOException, InterruptedException {
    Path output = folder.resolve("said");
    var builder =
        new ProcessBuilder(command.words())
            .directory(command.folder().toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(command.environment());
    long start = System.nanoTime();
    Process process = builder.start();
    int code;
    double seconds;
    try {
      code = process.waitFor();
      seconds = (System.nanoTime() - start) / 1e9;
    } finally {
      end(process);
    }
    String said = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
    if (code != 0) {
      throw new ToolFailedException(
          "%s ended with %d: %s".formatted(String.join(" ", command.words()), code, last(said)));
    }
    return new Run(seconds, said);
  }

  /** Ends a process with all that it started, unless it has ended by itself. */
  private static void end(Process process) {
    if (!process.isAlive()) {
      return;
    }
    var all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroy);
    CompletableFuture<?>[] ends =
        all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      all.forEach(ProcessHandle::destroyForcibly);
    } catch (InterruptedException e) {
      all.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of a process cannot be waited for", e);
    }
  }

  private static String last(String text) {
    int length = text.length();
    return length <= SAID_CHARACTERS_MAX
        ? text
        : "... " + text.substring(length - SAID_CHARACTERS_MAX);
  }
}
