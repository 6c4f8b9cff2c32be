package atoll.cli.repository;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.Pauses;
import atoll.objectstore.Traffic;
import atoll.objectstore.url.ObjectStores;
import atoll.objectstore.url.Rates;
import atoll.objectstore.url.StoreUrl;
import atoll.repository.NoRepositoryException;
import atoll.repository.Repository;
import atoll.repository.RepositoryKeys;
import atoll.repository.RepositorySecret;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which repository, and how it is opened: what all commands on one are told. */
final class RepositoryOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "URL",
      description =
          "The repository: a folder, s3://BUCKET/PREFIX?endpoint=..., or swift://CONTAINER/PREFIX.")
  private String url = "";

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The key file. Default: what ATOLL_REPOSITORY_KEY says.")
  private @Nullable Path key;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description =
          "Instead of a key file: the file whose only line is the passphrase. Default: what"
              + " ATOLL_REPOSITORY_PASSPHRASE_FILE says, or the passphrase in"
              + " ATOLL_REPOSITORY_PASSPHRASE. Where none of these is said, a terminal is asked.")
  private @Nullable Path passphraseFile;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where this host keeps what it knows of repositories; may be lost at any time."
              + " Default: atoll in XDG_CACHE_HOME, or in ~/.cache.")
  private @Nullable Path cache;

  @Option(
      names = "--limit-rate",
      paramLabel = "RATE",
      description =
          "The most bytes a second to read from and write to a repository, such as 500K or 20M."
              + " Default: as fast as it will.")
  private @Nullable String limitRate;

  private CommandLine command() {
    if (spec == null) {
      throw new IllegalStateException("not run from a command line");
    }
    return spec.commandLine();
  }

  /** Where answers go. */
  PrintWriter out() {
    return command().getOut();
  }

  /** Where complaints and progress go. */
  PrintWriter err() {
    return command().getErr();
  }

  /** Complains of what was typed. */
  ParameterException refused(String complaint) {
    return new ParameterException(command(), complaint);
  }

  /** What makes something of what was typed. */
  @FunctionalInterface
  private interface Typed<T, E extends Exception> {
    T made() throws E;
  }

  /** Makes something of what was typed, or complains of that. */
  private <T, E extends Exception> T typed(Typed<T, E> typed) throws E {
    try {
      return typed.made();
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  /** Where the repository lies. */
  StoreUrl url() {
    return parsed(url);
  }

  /** Where the secret comes from. */
  SecretChoice secret() {
    return secret(key, passphraseFile);
  }

  private SecretChoice secret(@Nullable Path keyFile, @Nullable Path passphrase) {
    return typed(() -> SecretChoice.of(keyFile, passphrase, System.getenv(), Terminal.OF_PROCESS));
  }

  /** Where the secret comes from, if it is a passphrase in any case. */
  SecretChoice passphrase() {
    if (key != null) {
      throw refused("--key FILE and a passphrase: one will do, the other can be added later");
    }
    return typed(
        () -> SecretChoice.ofPassphrase(passphraseFile, System.getenv(), Terminal.OF_PROCESS));
  }

  private StoreUrl parsed(String text) {
    return typed(() -> StoreUrl.parse(text));
  }

  /** What opens stores, with the credentials of this process and within the limit that was said. */
  ObjectStores stores() {
    try {
      return new ObjectStores(
          System.getenv(), limitRate == null ? Traffic.UNLIMITED : Rates.parse(limitRate));
    } catch (IllegalArgumentException e) {
      throw refused("--limit-rate: " + e.getMessage());
    }
  }

  private Path cacheFolder() {
    if (cache != null) {
      return cache;
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    return xdg == null || xdg.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache", "atoll")
        : Path.of(xdg, "atoll");
  }

  /** Opens the repository. */
  Opened open() throws IOException {
    return open(url, secret());
  }

  /** Opens another, with its own key or passphrase, or the same if neither is said. */
  Opened open(String text, @Nullable Path keyFile, @Nullable Path passphrase) throws IOException {
    return open(
        text, keyFile == null && passphrase == null ? secret() : secret(keyFile, passphrase));
  }

  private Opened open(String text, SecretChoice choice) throws IOException {
    ObjectStore store = openStore(text);
    try (RepositorySecret secret = choice.read(text)) {
      Files.createDirectories(cacheFolder());
      return new Opened(
          store, Repository.open(store, secret, cacheFolder(), InstantSource.system()));
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Opens the repository to change its keys. */
  OpenedKeys openKeys() throws IOException {
    SecretChoice choice = secret(); // what is wrong with the command line is answered first
    ObjectStore store = openStore();
    try (RepositorySecret secret = choice.read(url)) {
      return new OpenedKeys(
          store,
          RepositoryKeys.open(
              store, secret, new SecureRandom(), InstantSource.system(), Pauses.SLEEP));
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Opens the store of the repository. */
  ObjectStore openStore() throws IOException {
    return openStore(url);
  }

  private ObjectStore openStore(String text) throws IOException {
    StoreUrl parsed = parsed(text);
    ObjectStores stores = stores();
    if (parsed instanceof StoreUrl.Folder folder && !Files.isDirectory(folder.path())) {
      throw new NoRepositoryException(text);
    }
    return open(stores, parsed);
  }

  /** Makes the place of a store. */
  void create(ObjectStores stores, StoreUrl url) throws IOException {
    typed(() -> {
      stores.create(url);
      return true;
    });
  }

  /** Opens a store; what is wrong with its parameters or the environment was typed wrong. */
  ObjectStore open(ObjectStores stores, StoreUrl url) throws IOException {
    return typed(() -> stores.open(url));
  }

  /** An open repository and its store. */
  record Opened(ObjectStore store, Repository repository) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (store) {
        repository.close();
      }
    }
  }

  /** The keys of an open repository and its store. */
  record OpenedKeys(ObjectStore store, RepositoryKeys keys) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (store) {
        keys.close();
      }
    }
  }
}
