package atoll.cli.repository;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.url.ObjectStores;
import atoll.objectstore.url.StoreUrl;
import atoll.repository.Repository;
import atoll.repository.RepositoryKey;
import atoll.repository.RepositorySettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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

  @Override
  public Integer call() throws IOException {
    RepositorySettings settings;
    try {
      settings = new RepositorySettings(Math.multiplyExact(chunkKib, 1024));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw options.refused("a chunk of " + chunkKib + " KiB: say a power of two from 16 to 4096");
    }
    PrintWriter out = options.out();
    Path keyFile = options.keyFile();
    StoreUrl url = options.url();
    ObjectStores stores = options.stores();
    options.create(stores, url);
    try (ObjectStore store = options.open(stores, url)) {
      boolean isNew = !Files.exists(keyFile);
      RepositoryKey key =
          isNew ? RepositoryKey.generate(new SecureRandom()) : RepositoryKey.read(keyFile);
      if (isNew) {
        key.writeTo(keyFile); // before the repository: one without its key would be lost
      }
      Repository.create(store, key, settings, new SecureRandom(), InstantSource.system());
      out.printf("made the repository %s%n", store);
      if (isNew) {
        out.printf(
            "made its key %s: keep a copy of it elsewhere; without it nothing can be read%n",
            keyFile);
      }
    }
    return 0;
  }
}
