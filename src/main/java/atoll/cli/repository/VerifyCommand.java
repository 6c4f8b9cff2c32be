package atoll.cli.repository;

import atoll.cli.ExitCode;
import atoll.cli.JsonOption;
import atoll.repository.Repository;
import atoll.repository.VerifyMode;
import atoll.repository.VerifyReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll repository verify}. */
@Command(
    name = "verify",
    description = {
      "Reads all that snapshots consist of, and compares it with what was written.",
      "What is damaged is named with the snapshots and ranges that need it; the exit code is 3"
          + " then."
    })
final class VerifyCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(
      index = "1..*",
      paramLabel = "SNAPSHOT",
      description = "Ids, beginnings of ids, or names. Default: all snapshots.")
  private List<String> snapshots = List.of();

  @Option(
      names = "--quick",
      description = "Only read the tables, and see that the packs are there and long enough.")
  private boolean isQuick;

  @Mixin private JsonOption json = new JsonOption();
  @Mixin private ProgressBar progress = new ProgressBar();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    PrintWriter err = options.err();
    VerifyMode mode = isQuick ? VerifyMode.QUICK : VerifyMode.FULL;
    VerifyReport report;
    try (RepositoryOptions.Opened opened = options.open();
        ProgressBar.Line line = progress.begin(err, "verify")) {
      Repository repository = opened.repository();
      if (snapshots.isEmpty()) {
        report = repository.verify(mode, line);
      } else {
        var ids = new ArrayList<UUID>();
        for (String typed : snapshots) {
          ids.add(SnapshotNames.find(repository, typed).id());
        }
        report = repository.verify(ids, mode, line);
      }
    }
    if (json.isAsked()) {
      JsonOption.print(out, report);
    } else {
      print(out, report);
    }
    return report.isClean() ? 0 : ExitCode.DAMAGED.value();
  }

  private static void print(PrintWriter out, VerifyReport report) {
    print(out, report.damage());
    out.printf(
        "%d snapshots, %d tables' nodes and %d chunks verified: %s%n",
        report.snapshots(),
        report.nodes(),
        report.chunks(),
        report.isClean() ? "all is as it was written" : report.damage().size() + " are damaged");
  }

  /** Prints what is damaged, and below each what of which snapshot needs it. */
  static void print(PrintWriter out, List<VerifyReport.Damage> damaged) {
    for (VerifyReport.Damage damage : damaged) {
      out.println(damage.problem());
      for (VerifyReport.Need need : damage.needs()) {
        out.println("  " + words(need));
      }
    }
  }

  /** A range as people read it. */
  private static String words(VerifyReport.Need need) {
    return need.lengthBytes() == Long.MAX_VALUE
        ? "all of snapshot " + need.snapshot()
        : "snapshot %s, %d bytes at %d"
            .formatted(need.snapshot(), need.lengthBytes(), need.offsetBytes());
  }
}
