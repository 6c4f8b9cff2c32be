package atoll.cli.repository;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.url.ObjectStores;
import atoll.objectstore.url.StoreUrl;
import atoll.repository.Repository;
import atoll.repository.RepositorySecret;
import atoll.repository.RepositorySettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll repository init}. */
@Command(
    name = "init",
    description = {
      "Makes a repository, and its key if the file is not there.",
      "Its key is a key file, or a passphrase if that is what is said or asked for.",
      "Whoever loses the key loses all that is in the repository: keep a copy elsewhere."
    })
final class InitCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Option(
      names = "--chunk-size",
      paramLabel = "KIB",
      defaultValue = "64",
      description = "The unit of storing, 16 to 4096 KiB, a power of two. Default: 64.")
  private int chunkKib = 64;

  @Option(
      names = "--passphrase",
      description =
          "Let a passphrase open it, whatever ATOLL_REPOSITORY_KEY says: that of --passphrase-file,"
              + " of the variables, or one that is asked for.")
  private boolean isPassphrase;

  @Mixin private LabelOption label = new LabelOption();

  @Override
  public Integer call() throws IOException {
    RepositorySettings settings;
    try {
      settings = new RepositorySettings(Math.multiplyExact(chunkKib, 1024));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw options.refused("a chunk of " + chunkKib + " KiB: say a power of two from 16 to 4096");
    }
    String label = this.label.label(options);
    SecretChoice choice = isPassphrase ? options.passphrase() : options.secret();
    StoreUrl url = options.url();
    ObjectStores stores = options.stores();
    PrintWriter out = options.out();
    if (!(choice instanceof SecretChoice.KeyFile)) {
      options
          .err()
          .println(
              "atoll: whoever loses the passphrase loses all that is in the repository: keep it"
                  + " elsewhere, too");
      options.err().flush(); // before it is asked for
    }
    options.create(stores, url);
    try (ObjectStore store = options.open(stores, url);
        RepositorySecret secret = secret(choice, out)) {
      Repository.create(store, secret, label, settings, new SecureRandom(), InstantSource.system());
      out.printf("made the repository %s%n", store);
      out.printf(
          "its only key is a %s: a second one, kept elsewhere, is added by"
              + " 'atoll repository key add'%n",
          secret.kind().words());
    }
    return 0;
  }

  private static RepositorySecret secret(SecretChoice choice, PrintWriter out) throws IOException {
    // The key comes before the repository: one without its key would be lost.
    return choice instanceof SecretChoice.KeyFile(Path file)
        ? NewKeyOptions.keyFile(file, out)
        : choice.readNew();
  }
}
