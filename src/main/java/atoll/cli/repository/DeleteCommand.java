package atoll.cli.repository;

import atoll.repository.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll repository delete}. */
@Command(
    name = "delete",
    description = {
      "Deletes snapshots, in any order: others that share data with them keep it.",
      "The space is free after the next collect."
    })
final class DeleteCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "SNAPSHOT",
      description = "Ids, beginnings of ids, or names; of several of a name the last.")
  private List<String> snapshots = List.of();

  @Option(names = "--dry-run", description = "Only tell how much space it would free.")
  private boolean isTrial;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    try (RepositoryOptions.Opened opened = options.open()) {
      Repository repository = opened.repository();
      var ids = new LinkedHashSet<UUID>();
      for (String typed : snapshots) {
        ids.add(SnapshotNames.find(repository, typed).id());
      }
      if (isTrial) {
        out.printf(
            "would free %s of %d snapshots%n",
            Amounts.bytes(repository.bytesOnlyIn(ids)), ids.size());
        return 0;
      }
      for (UUID id : ids) {
        repository.delete(id);
        out.println("deleted " + id);
      }
    }
    return 0;
  }
}
