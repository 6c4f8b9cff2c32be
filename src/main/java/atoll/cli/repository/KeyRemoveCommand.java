package atoll.cli.repository;

import atoll.repository.RepositoryKeys;
import atoll.repository.StoredKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll repository key remove}. */
@Command(
    name = "remove",
    description = {
      "Removes a key: it opens the repository no more.",
      "The repository is opened with a key that stays, so that it is sure that one does; the last"
          + " is never removed.",
      "Who has opened the repository with the key may have kept the master key that is in each of"
          + " them, or a copy of the removed object. This takes neither from him. Where that"
          + " matters, make a new repository, copy the snapshots to it, and remove the old one."
    })
final class KeyRemoveCommand implements Callable<Integer> {
  private static final int BEGINNING_MIN = 4;

  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(
      index = "1",
      paramLabel = "ID",
      description = "Its id, or the beginning of its id; 'key list' shows them.")
  private String typed = "";

  @Option(names = "--yes", description = "Do it without asking.")
  private boolean isSure;

  @Override
  public Integer call() throws IOException {
    if (!isSure && !Terminal.OF_PROCESS.isThere()) {
      throw options.refused("there is no terminal to ask on whether you are sure: say --yes");
    }
    PrintWriter out = options.out();
    try (RepositoryOptions.OpenedKeys opened = options.openKeys()) {
      RepositoryKeys keys = opened.keys();
      StoredKey key = find(keys.list(), typed);
      keys.requireRemovable(key.id());
      if (!isSure && !isConfirmed(key)) {
        out.println("nothing was removed");
        return 0;
      }
      keys.remove(key.id());
      out.println("removed " + key.id());
      if (keys.list().stream().filter(StoredKey::isUsable).count() == 1) {
        options.err().println("atoll: " + KeyCommand.ONE_KEY);
      }
    }
    return 0;
  }

  /** The key of an id, or of the beginning of one. */
  static StoredKey find(List<StoredKey> keys, String typed) throws IOException {
    List<StoredKey> begun =
        keys.stream()
            .filter(key ->
                key.id().equals(typed)
                    || (typed.length() >= BEGINNING_MIN && key.id().startsWith(typed)))
            .toList();
    if (begun.size() > 1) {
      throw new IOException("the ids of %d keys begin with '%s'".formatted(begun.size(), typed));
    }
    if (begun.isEmpty()) {
      throw new IOException(
          "there is no key '%s'; atoll repository key list shows those there are".formatted(typed));
    }
    return begun.getFirst();
  }

  private boolean isConfirmed(StoredKey key) throws IOException {
    PrintWriter err = options.err();
    err.printf(
        "%s %s %s, made %s%n",
        key.kind(),
        key.id(),
        key.label().isEmpty() ? "without a label" : "'" + key.label() + "'",
        key.createdAt() == null
            ? "nobody knows when"
            : key.createdAt().truncatedTo(ChronoUnit.SECONDS));
    err.println(
        "It will open the repository no more; who has no other key loses access. Who has opened"
            + " the repository with it may have kept the master key: that this does not change.");
    err.flush();
    return Terminal.OF_PROCESS.ask("Remove it? [y/N] ").strip().equalsIgnoreCase("y");
  }
}
