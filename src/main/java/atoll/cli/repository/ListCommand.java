package atoll.cli.repository;

import atoll.cli.ExitCode;
import atoll.cli.JsonOption;
import atoll.repository.SnapshotList;
import atoll.repository.SnapshotManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll repository list}. */
@Command(name = "list", description = "Lists the snapshots, the earliest first.")
final class ListCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();
  @Mixin private JsonOption json = new JsonOption();

  @Option(names = "--name", paramLabel = "NAME", description = "Only those of a name.")
  private @Nullable String name;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    PrintWriter err = options.err();
    SnapshotList list;
    try (RepositoryOptions.Opened opened = options.open()) {
      list = opened.repository().list();
    }
    List<SnapshotManifest> shown =
        list.manifests().stream()
            .filter(m -> name == null || SnapshotNames.nameOf(m).equals(name))
            .toList();
    if (json.isAsked()) {
      JsonOption.print(out, shown.stream().map(SnapshotAnswer::of).toList());
    } else {
      table(out, shown);
    }
    list.unreadable()
        .forEach(
            (id, problem) -> err.println("atoll: snapshot " + id + ": " + problem.getMessage()));
    return list.unreadable().isEmpty() ? 0 : ExitCode.DAMAGED.value();
  }

  private static void table(PrintWriter out, List<SnapshotManifest> snapshots) {
    if (snapshots.isEmpty()) {
      return;
    }
    out.printf("%-36s  %-20s  %10s  %10s  %s%n", "ID", "TAKEN", "SIZE", "STORED", "NAME");
    for (SnapshotManifest one : snapshots) {
      out.printf(
          "%-36s  %-20s  %10s  %10s  %s%n",
          one.id(),
          one.takenAt().truncatedTo(ChronoUnit.SECONDS),
          Amounts.bytes(one.sizeBytes()),
          Amounts.bytes(one.bytesStored()),
          SnapshotNames.nameOf(one));
    }
  }
}
