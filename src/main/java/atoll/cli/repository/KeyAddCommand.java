package atoll.cli.repository;

import atoll.repository.RepositorySecret;
import atoll.repository.StoredKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll repository key add}. */
@Command(
    name = "add",
    description = {
      "Adds a key: another way to open the repository.",
      "The repository is opened with one that it has; say one new key of the three kinds."
    })
final class KeyAddCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();
  @Mixin private NewKeyOptions newKey = new NewKeyOptions();

  @Option(
      names = "--label",
      paramLabel = "TEXT",
      description =
          "What you call it, such as 'laptop of Anna'; anybody who sees the store can read it.")
  private String label = "";

  @Override
  public Integer call() throws IOException {
    if (!StoredKey.isLabel(label)) {
      throw options.refused(
          "--label: at most %d characters, all to be seen".formatted(StoredKey.LABEL_MAX));
    }
    newKey.check(options, Terminal.OF_PROCESS);
    PrintWriter out = options.out();
    try (RepositoryOptions.OpenedKeys opened = options.openKeys();
        RepositorySecret secret = newKey.read(Terminal.OF_PROCESS, out)) {
      String id = opened.keys().add(secret, label);
      out.printf("added %s %s%n", secret.kind().words(), id);
    }
    return 0;
  }
}
