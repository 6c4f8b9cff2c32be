package atoll.cli.repository;

import atoll.cli.ExitCode;
import atoll.cli.JsonOption;
import atoll.repository.CollectionListener;
import atoll.repository.CollectionReport;
import atoll.repository.CollectionRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll repository collect}. */
@Command(
    name = "collect",
    description = {
      "Frees the space of what no snapshot needs any more, and joins small packs.",
      "Backups and restores may go on meanwhile, here and on other hosts. It may be stopped at any"
          + " time; the next goes on."
    })
final class CollectCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Option(names = "--dry-run", description = "Only tell what would be done.")
  private boolean isTrial;

  @Option(
      names = "--despite-damage",
      description =
          "Collect although some snapshot cannot be read as a whole: what might have been read of"
              + " it one day may be lost.")
  private boolean isDespiteDamage;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "3600",
      description = "How long to wait for backups that are under way. Default: 3600.")
  private long patienceSeconds = 3600;

  @Mixin private JsonOption json = new JsonOption();
  @Mixin private ProgressBar progress = new ProgressBar();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    PrintWriter err = options.err();
    var request =
        new CollectionRequest(
            Set.of(), isTrial, isDespiteDamage, Duration.ofSeconds(patienceSeconds));
    CollectionReport report;
    try (RepositoryOptions.Opened opened = options.open();
        ProgressBar.Line line = progress.begin(err, "collect")) {
      report =
          opened
              .repository()
              .collect(request, (phase, done, total) -> line.counted(words(phase), done, total));
    }
    if (json.isAsked()) {
      JsonOption.print(out, report);
    } else {
      print(out, report);
    }
    if (report.writersAwaited() > 0) {
      err.printf(
          "atoll: %d backups are under way since before; nothing was removed: collect again%n",
          report.writersAwaited());
      return ExitCode.FAILED.value();
    }
    return 0;
  }

  private static String words(CollectionListener.Phase phase) {
    return switch (phase) {
      case MARK -> "looking at what is in use, table";
      case WAIT -> "waiting for backups that are under way, ended";
      case MARK_AGAIN -> "looking once more, table";
      case MOVE -> "emptying packs,";
      case REMOVE -> "removing packs,";
    };
  }

  private void print(PrintWriter out, CollectionReport report) {
    out.printf(
        "%d snapshots, %d packs of %s, %s of them in use%n",
        report.snapshots(),
        report.packsBefore(),
        Amounts.bytes(report.bytesBefore()),
        Amounts.bytes(report.bytesLive()));
    out.printf(
        "%s %s: %d packs of %s removed, %s of them written anew%n",
        Amounts.bytes(Math.max(0, report.bytesFreed())),
        isTrial ? "would be freed" : "freed",
        report.packsRemoved(),
        Amounts.bytes(report.bytesRemoved()),
        Amounts.bytes(report.bytesWritten()));
  }
}
