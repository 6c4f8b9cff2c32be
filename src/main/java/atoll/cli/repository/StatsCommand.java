package atoll.cli.repository;

import atoll.cli.JsonOption;
import atoll.repository.RepositoryStats;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code atoll repository stats}. */
@Command(
    name = "stats",
    description = "Shows how much the snapshots hold, and how much space that takes.")
final class StatsCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    RepositoryStats stats;
    try (RepositoryOptions.Opened opened = options.open()) {
      stats = opened.repository().stats();
    }
    if (json.isAsked()) {
      JsonOption.print(out, stats);
      return 0;
    }
    row(out, "snapshots", String.valueOf(stats.snapshots()));
    row(out, "volumes' sizes", Amounts.bytes(stats.sizeBytes()));
    row(
        out,
        "logical",
        Amounts.bytes(stats.logicalBytes()) + "  what is not zeros, in all snapshots");
    row(out, "unique", Amounts.bytes(stats.uniqueBytes()) + "  each chunk once");
    row(out, "in use", Amounts.bytes(stats.liveBytes()) + "  compressed and sealed, with tables");
    row(
        out,
        "stored",
        Amounts.bytes(stats.storedBytes()) + "  in %d packs".formatted(stats.packs()));
    return 0;
  }

  private static void row(PrintWriter out, String key, String value) {
    out.printf("%-16s %s%n", key, value);
  }
}
