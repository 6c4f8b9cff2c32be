package atoll.cli.repository;

import atoll.repository.RepositorySecret;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
  @Mixin private LabelOption label = new LabelOption();

  @Override
  public Integer call() throws IOException {
    String label = this.label.label(options);
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
