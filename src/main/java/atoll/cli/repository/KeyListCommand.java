package atoll.cli.repository;

import atoll.cli.JsonOption;
import atoll.objectstore.ObjectStore;
import atoll.repository.RepositoryKeys;
import atoll.repository.StoredKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code atoll repository key list}. */
@Command(
    name = "list",
    description = {
      "Lists the keys, the oldest first; for that none is needed.",
      "Labels and times are what the store says: whoever can write to it can write others."
    })
final class KeyListCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();
  @Mixin private JsonOption json = new JsonOption();

  /** A key as JSON answers have it. */
  private record Answer(
      String id, String kind, String label, @Nullable String createdAt, @Nullable String damage) {}

  @Override
  public Integer call() throws IOException {
    List<StoredKey> keys;
    try (ObjectStore store = options.openStore()) {
      keys = RepositoryKeys.list(store);
    }
    if (json.isAsked()) {
      JsonOption.print(options.out(), keys.stream().map(KeyListCommand::answer).toList());
      return 0;
    }
    table(options.out(), keys);
    if (keys.stream().filter(StoredKey::isUsable).count() == 1) {
      options.err().println("atoll: " + KeyCommand.ONE_KEY);
    }
    return 0;
  }

  private static Answer answer(StoredKey key) {
    return new Answer(
        key.id(),
        key.kind(),
        key.label(),
        key.createdAt() == null ? null : key.createdAt().toString(),
        key.damage());
  }

  private static void table(PrintWriter out, List<StoredKey> keys) {
    out.printf("%-32s  %-10s  %-20s  %s%n", "ID", "KIND", "CREATED", "LABEL");
    for (StoredKey key : keys) {
      out.printf(
          "%-32s  %-10s  %-20s  %s%n",
          key.id(),
          key.kind(),
          key.createdAt() == null ? "-" : key.createdAt().truncatedTo(ChronoUnit.SECONDS),
          key.damage() == null ? key.label() : key.damage());
    }
  }
}
