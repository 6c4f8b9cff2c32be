package atoll.demo;

import atoll.cli.ExitCode;
import atoll.cli.JsonOption;
import atoll.demo.bench.Interruption;
import atoll.demo.bench.ProgressLines;
import atoll.demo.bench.WorkFolder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code atoll bench verbs}: measures how long a client of the service waits for what it asks. */
@Command(
    name = "verbs",
    description = {
      "Measures how long a client of Block Storage waits for volumes, snapshots, clones, backups and restores, of a volume"
          + " that a running machine writes to: starts a service in a process of its own, and calls it.",
      "As it comes, it needs 8 GiB of space and three minutes."
    })
public final class BenchVerbsCommand implements Callable<Integer> {
  private static final int BACKUP_MIB_MAX = 1024;

  @Spec private @Nullable CommandSpec spec;
  @ParentCommand private @Nullable BenchCommand bench;

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often each is called. Default: 5.")
  private int times;

  @Option(
      names = "--poll",
      paramLabel = "MILLIS",
      defaultValue = "20",
      description = "How often the client asks whether a thing is available. Default: 20.")
  private int pollMillis;

  @Option(
      names = "--backup-mib",
      paramLabel = "MIB",
      defaultValue = "256",
      description = "How much is written for each full backup. Default: 256.")
  private int backupMib;

  @Mixin private JsonOption json = new JsonOption();

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where to work; its disk is what is measured. Default: the temporary folder.")
  private @Nullable Path work;

  @Option(names = "--no-progress", description = "Do not tell how far it is.")
  private boolean isQuiet;

  @Override
  public Integer call() throws IOException {
    if (spec == null || bench == null) {
      throw new IllegalStateException("not run from a command line");
    }
    if (times < 1 || pollMillis < 1 || backupMib < 1 || backupMib > BACKUP_MIB_MAX) {
      throw new ParameterException(
          spec.commandLine(),
          "times, poll and backup-mib: say at least 1, and backup no more than the volume has: "
              + BACKUP_MIB_MAX);
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Path bootImage = DemoCommand.guestFolder().resolve("boot.raw");
    try (Interruption _ = Interruption.open();
        WorkFolder folder = WorkFolder.make(work, false)) {
      var progress = new ProgressLines(err, isQuiet);
      Path data = folder.path().resolve("data");
      VerbReport report =
          new VerbBench(data, times, backupMib, Duration.ofMillis(pollMillis), progress)
              .measure(bench.opener(), bootImage);
      if (json.isAsked()) {
        JsonOption.print(out, report);
      } else {
        out.print(report.text());
        out.flush();
      }
      return ExitCode.DONE.value();
    } catch (InterruptedException | InterruptedIOException | ClosedByInterruptException e) {
      Thread.currentThread().interrupt();
      err.println("atoll: interrupted; nothing is left running");
      return ExitCode.FAILED.value();
    }
  }
}
