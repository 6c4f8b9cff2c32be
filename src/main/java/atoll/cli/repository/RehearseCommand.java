package atoll.cli.repository;

import atoll.cli.AtollCommandLine;
import atoll.cli.ExitCode;
import atoll.cli.NamedCommand;
import atoll.nbd.NbdExport;
import atoll.nbd.NbdLimits;
import atoll.nbd.NbdProbe;
import atoll.nbd.NbdServer;
import atoll.objectstore.DirectoryObjectStore;
import atoll.objectstore.Traffic;
import atoll.objectstore.url.ObjectStores;
import atoll.objectstore.url.StoreUrl;
import atoll.repository.Repository;
import atoll.repository.RepositoryKey;
import atoll.repository.SnapshotImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code atoll rehearse}, of which help does not speak: the build lets Java watch it, to keep the
 * classes that commands on repositories and the service need where they are found loaded and
 * linked.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description = "Does what commands do, on a small repository and service in an empty folder.")
public final class RehearseCommand implements Callable<Integer> {
  private static final int IMAGE_BYTES = 8 << 20;

  /** A port of this host that no service has. */
  private static final String NOBODY = "http://127.0.0.1:1";

  @Parameters(index = "0", paramLabel = "FOLDER", description = "An empty folder.")
  private Path folder = Path.of("");

  private final Part others;

  /** What else is to be rehearsed. */
  @FunctionalInterface
  public interface Part {
    /** Does it in a folder, which is made if it is not there. */
    void perform(Path folder) throws IOException, InterruptedException;
  }

  /** A command that rehearses the commands on repositories, and what it is given. */
  public RehearseCommand(Part others) {
    this.others = others;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    others.perform(folder.resolve("others"));
    Path image = folder.resolve("image");
    var content = new byte[IMAGE_BYTES];
    var random = new Random(1);
    random.nextBytes(content);
    Files.write(image, content);
    perform("init");
    perform("backup", image.toString(), "--name", "one");
    for (int i = 0; i < IMAGE_BYTES / 2; i++) {
      content[i] &= 7;
    }
    Files.write(image, content);
    perform("backup", image.toString(), "--name", "two");
    perform("list");
    perform("list", "--json");
    perform("show", "two");
    perform("diff", "one", "two");
    perform("restore", "two", folder.resolve("two.raw").toString());
    perform("restore", "two", folder.resolve("two.qcow2").toString(), "--format", "qcow2");
    perform("verify");
    perform("stats");
    perform("delete", "one");
    perform("collect");
    serve();
    knock("s3://rehearsal?endpoint=" + NOBODY);
    knock("swift://rehearsal");
    return ExitCode.DONE.value();
  }

  private void perform(String command, String... arguments) throws IOException {
    var words = new StringWriter();
    var out = new PrintWriter(words);
    Stream<String> common =
        Stream.of(
            "repository",
            command,
            repository().toString(),
            "--key",
            key().toString(),
            "--cache",
            cache().toString());
    int code =
        new AtollCommandLine(
                out, out, List.of(new NamedCommand("repository", RepositoryCommand::new)))
            .run(Stream.concat(common, Stream.of(arguments)).toArray(String[]::new));
    if (code != 0) {
      throw new IOException("%s ended with %d: %s".formatted(command, code, words));
    }
  }

  private Path repository() {
    return folder.resolve("repository");
  }

  private Path key() {
    return folder.resolve("key");
  }

  private Path cache() {
    return folder.resolve("cache");
  }

  /** Tries to open a store where there is none: that takes most classes that others take. */
  private static void knock(String url) {
    var environment =
        Map.of(
            "AWS_ACCESS_KEY_ID", "rehearsal",
            "AWS_SECRET_ACCESS_KEY", "rehearsal",
            "ST_AUTH", NOBODY,
            "ST_USER", "rehearsal",
            "ST_KEY", "rehearsal");
    try {
      new ObjectStores(environment, Traffic.UNLIMITED).open(StoreUrl.parse(url)).close();
    } catch (IOException e) {
      return; // as it should be
    }
    throw new IllegalStateException(url + " can be opened");
  }

  private void serve() throws IOException {
    Path socket = folder.resolve("socket");
    try (var store = DirectoryObjectStore.open(repository());
        var opened =
            Repository.open(store, RepositoryKey.read(key()), cache(), InstantSource.system());
        SnapshotImage image = opened.open(opened.list().manifests().getFirst().id());
        NbdServer _ =
            NbdServer.listen(
                socket,
                List.of(new NbdExport("", "", image, opened.chunkSizeBytes())),
                NbdLimits.defaults())) {
      NbdProbe.read(socket);
    }
  }
}
