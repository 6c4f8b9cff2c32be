package atoll.cli.repository;

import atoll.objectstore.DirectoryObjectStore;
import atoll.objectstore.ObjectStore;
import atoll.repository.NoRepositoryException;
import atoll.repository.Repository;
import atoll.repository.RepositoryKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which repository, and how it is opened: what all commands on one are told. */
final class RepositoryOptions {
  private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9+]+):.*");

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "URL", description = "The repository: a folder.")
  private String url = "";

  @Option(
      names = "--key",
      paramLabel = "FILE",
      defaultValue = "${env:ATOLL_REPOSITORY_KEY}",
      description = "The key file. Default: what ATOLL_REPOSITORY_KEY says.")
  private @Nullable Path key;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where this host keeps what it knows of repositories; may be lost at any time."
              + " Default: atoll in XDG_CACHE_HOME, or in ~/.cache.")
  private @Nullable Path cache;

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

  /** Where the repository lies. */
  String url() {
    return url;
  }

  /** Where the key lies. */
  Path keyFile() {
    if (key == null) {
      throw refused("which key? Say --key FILE, or set ATOLL_REPOSITORY_KEY");
    }
    return key;
  }

  /** The folder that the URL names. */
  Path folder() {
    return folder(url);
  }

  private Path folder(String url) {
    Matcher scheme = SCHEME.matcher(url);
    if (!scheme.matches()) {
      return Path.of(url);
    }
    if (!scheme.group(1).equals("file")) {
      throw refused("'%s': this version knows repositories in folders only".formatted(url));
    }
    return Path.of(url.substring("file:".length()).replaceFirst("^///", "/"));
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
    folder(); // what was typed first is answered first
    return open(url, keyFile());
  }

  /** Opens another. */
  Opened open(String url, Path keyFile) throws IOException {
    Path folder = folder(url);
    RepositoryKey secret = RepositoryKey.read(keyFile);
    if (!Files.isDirectory(folder)) {
      throw new NoRepositoryException(folder.toString());
    }
    ObjectStore store = DirectoryObjectStore.open(folder);
    try {
      Files.createDirectories(cacheFolder());
      return new Opened(
          store, Repository.open(store, secret, cacheFolder(), InstantSource.system()));
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
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
}
