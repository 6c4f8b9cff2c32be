package atoll.cli.repository;

import atoll.cli.JsonOption;
import atoll.repository.SnapshotManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code atoll repository show}. */
@Command(name = "show", description = "Shows all that is known of a snapshot.")
final class ShowCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(
      index = "1",
      paramLabel = "SNAPSHOT",
      description = "Its id, the beginning of its id, or its name; of several of a name the last.")
  private String snapshot = "";

  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    SnapshotManifest found;
    try (RepositoryOptions.Opened opened = options.open()) {
      found = SnapshotNames.find(opened.repository(), snapshot);
    }
    if (json.isAsked()) {
      JsonOption.print(out, SnapshotAnswer.of(found));
      return 0;
    }
    row(out, "id", found.id());
    row(out, "taken", found.takenAt());
    row(out, "created", found.createdAt());
    row(
        out,
        "size",
        "%s (%d bytes)".formatted(Amounts.bytes(found.sizeBytes()), found.sizeBytes()));
    row(out, "changed", Amounts.bytes(found.bytesChanged()));
    row(out, "read", Amounts.bytes(found.bytesRead()));
    row(out, "stored", Amounts.bytes(found.bytesStored()));
    row(out, "content digest", found.contentDigest());
    if (found.parent() != null) {
      row(out, "written against", found.parent());
    }
    row(out, "project", found.domain());
    row(out, "writer", found.writer());
    new TreeMap<>(found.metadata()).forEach((key, value) -> row(out, key, value));
    return 0;
  }

  private static void row(PrintWriter out, String key, Object value) {
    out.printf("%-16s %s%n", key, value);
  }
}
