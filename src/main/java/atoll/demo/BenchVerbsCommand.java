package atoll.demo;

import atoll.cli.ExitCode;
import atoll.cli.JsonOption;
import atoll.demo.bench.BenchOptions;
import atoll.demo.bench.WorkFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;

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

  @Mixin private BenchOptions options = new BenchOptions();

  @Override
  public Integer call() throws IOException {
    if (bench == null) {
      throw new IllegalStateException("not run from a command line");
    }
    if (times < 1 || pollMillis < 1 || backupMib < 1 || backupMib > BACKUP_MIB_MAX) {
      throw new ParameterException(
          options.command().commandLine(),
          "times, poll and backup-mib: say at least 1, and backup no more than the volume has: "
              + BACKUP_MIB_MAX);
    }
    Installation.Opener opener = bench.opener();
    Path bootImage = DemoCommand.guestFolder().resolve("boot.raw");
    return options.run(() -> run(opener, bootImage));
  }

  private ExitCode run(Installation.Opener opener, Path bootImage)
      throws IOException, InterruptedException {
    try (WorkFolder folder = options.workFolder(false)) {
      Path data = folder.path().resolve("data");
      var pollEvery = Duration.ofMillis(pollMillis);
      VerbReport report =
          new VerbBench(data, times, backupMib, pollEvery, options.progress())
              .measure(opener, bootImage);
      if (json.isAsked()) {
        JsonOption.print(options.out(), report);
      } else {
        options.out().print(report.text());
        options.out().flush();
      }
      return ExitCode.DONE;
    }
  }
}
