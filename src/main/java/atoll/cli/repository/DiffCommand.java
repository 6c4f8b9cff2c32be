package atoll.cli.repository;

import atoll.cli.JsonOption;
import atoll.repository.Repository;
import atoll.repository.SnapshotDifference;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code atoll repository diff}. */
@Command(
    name = "diff",
    description = {
      "Lists where two snapshots differ, whatever they have to do with each other.",
      "A line for each range: offset, length, and added, changed or removed."
    })
final class DiffCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(index = "1", paramLabel = "EARLIER", description = "A snapshot.")
  private String earlier = "";

  @Parameters(index = "2", paramLabel = "LATER", description = "Another.")
  private String later = "";

  @Mixin private JsonOption json = new JsonOption();

  /** A range as JSON has it. */
  private record Range(long offset, long length, String kind) {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    List<Range> ranges = new ArrayList<>();
    try (RepositoryOptions.Opened opened = options.open()) {
      Repository repository = opened.repository();
      UUID before = SnapshotNames.find(repository, earlier).id();
      UUID after = SnapshotNames.find(repository, later).id();
      repository.diff(
          before,
          after,
          difference -> {
            if (json.isAsked()) {
              ranges.add(range(difference));
            } else {
              Range range = range(difference);
              out.printf("%d %d %s%n", range.offset(), range.length(), range.kind());
            }
          });
    }
    if (json.isAsked()) {
      JsonOption.print(out, ranges);
    }
    return 0;
  }

  private static Range range(SnapshotDifference difference) {
    return new Range(
        difference.offsetBytes(),
        difference.lengthBytes(),
        difference.kind().name().toLowerCase(Locale.ROOT));
  }
}
