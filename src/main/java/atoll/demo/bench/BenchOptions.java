package atoll.demo.bench;

import atoll.cli.ExitCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What every benchmark in a folder of its own can be told, and how it is run. */
public final class BenchOptions {
  @Spec(Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where to work; its disk is what is measured. Default: the temporary folder.")
  private @Nullable Path work;

  @Option(names = "--no-progress", description = "Do not tell how far it is.")
  private boolean isQuiet;

  /** For picocli. */
  public BenchOptions() {}

  /** The command that was called. */
  public CommandSpec command() {
    if (spec == null) {
      throw new IllegalStateException("not run from a command line");
    }
    return spec;
  }

  /** Where answers go. */
  public PrintWriter out() {
    return command().commandLine().getOut();
  }

  /** Where all else goes. */
  public PrintWriter err() {
    return command().commandLine().getErr();
  }

  /** Tells how far it is, unless it is not to. */
  public ProgressLines progress() {
    return new ProgressLines(err(), isQuiet);
  }

  /** Makes the folder to work in. */
  public WorkFolder workFolder(boolean isKept) throws IOException {
    return WorkFolder.make(work, isKept);
  }

  /** A benchmark. */
  @FunctionalInterface
  public interface Work {
    /** Measures; what has happened. */
    ExitCode run() throws IOException, InterruptedException;
  }

  /**
   * Runs a benchmark. One that is interrupted says so before the JVM ends, when all it had running
   * has ended.
   *
   * @return an exit code
   */
  public int run(Work benchmark) throws IOException {
    try (Interruption _ = Interruption.open()) {
      return measured(benchmark);
    }
  }

  private int measured(Work benchmark) throws IOException {
    try {
      return benchmark.run().value();
    } catch (InterruptedException | InterruptedIOException | ClosedByInterruptException e) {
      Thread.currentThread().interrupt();
      err().println("atoll: interrupted; nothing is left running");
      return ExitCode.FAILED.value();
    }
  }
}
