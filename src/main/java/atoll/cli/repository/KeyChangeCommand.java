package atoll.cli.repository;

import atoll.repository.RepositorySecret;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code atoll repository key change}. */
@Command(
    name = "change",
    description = {
      "Puts a new key in the place of the one that the repository is opened with; no data is"
          + " written anew.",
      "The new one is added and tried before the old one is removed: whenever this ends, one of"
          + " them opens the repository.",
      "Who has opened the repository with the old key may have kept what it gave him: see"
          + " 'key remove --help'."
    })
final class KeyChangeCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();
  @Mixin private NewKeyOptions newKey = new NewKeyOptions();

  @Override
  public Integer call() throws IOException {
    newKey.check(options, Terminal.OF_PROCESS);
    PrintWriter out = options.out();
    try (RepositoryOptions.OpenedKeys opened = options.openKeys();
        RepositorySecret secret = newKey.read(Terminal.OF_PROCESS, out)) {
      Duration delay = opened.store().listingDelay();
      if (delay.isPositive()) {
        options
            .err()
            .println(
                "atoll: the old key is removed in %d seconds, when all would find the new one"
                    .formatted(delay.toSeconds()));
      }
      String old = opened.keys().used();
      String id = opened.keys().change(secret);
      out.printf("added %s %s%nremoved %s%n", secret.kind().words(), id, old);
    }
    return 0;
  }
}
