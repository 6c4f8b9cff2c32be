package atoll.cli.repository;

import atoll.cli.JsonOption;
import atoll.model.Causes;
import atoll.nbd.NbdExport;
import atoll.nbd.NbdLimits;
import atoll.nbd.NbdProbe;
import atoll.nbd.NbdServer;
import atoll.objectstore.Interruption;
import atoll.repository.Repository;
import atoll.repository.SnapshotImage;
import atoll.repository.SnapshotManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll repository serve}. */
@Command(
    name = "serve",
    description = {
      "Serves a snapshot as a disk to be read, without restoring it: over the NBD protocol, on a"
          + " UNIX domain socket that only its owner may use.",
      "Prints 'ready PATH' once clients may connect, and serves until it is ended by SIGTERM or"
          + " SIGINT; the exit code is 0 then.",
      "Clients, for example:",
      "  qemu-img map 'nbd+unix:///?socket=PATH'",
      "  nbdcopy 'nbd+unix:///?socket=PATH' disk.raw",
      "The snapshot should be kept for as long as it is served: when it is deleted and collected,"
          + " reads fail."
    })
final class ServeCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;
  private static final int CACHE_MIB = 256;

  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(
      index = "1",
      paramLabel = "SNAPSHOT",
      description = "Its id, the beginning of its id, or its name; of several of a name the last.")
  private String snapshot = "";

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      required = true,
      description =
          "Where to listen, at most 106 bytes. The file is made; one that a killed process has left"
              + " is replaced.")
  private Path socket = Path.of("");

  @Option(
      names = "--export",
      paramLabel = "NAME",
      description =
          "What clients may call it; those that name nothing get it, too. Default: the snapshot's"
              + " name.")
  private @Nullable String export;

  @Option(
      names = "--cache-size",
      paramLabel = "MIB",
      description =
          "How much of the snapshot's content is kept in memory. Default: 256, or a quarter of the"
              + " memory that Java may use if that is less.")
  private @Nullable Integer cacheMib;

  @Mixin private JsonOption json = new JsonOption();

  /** That clients may connect, as JSON has it. */
  private record Ready(String ready, String snapshot, String export, long sizeBytes) {}

  @Override
  public Integer call() throws IOException {
    long cacheBytes = cacheBytes(Runtime.getRuntime().maxMemory());
    if (export != null && export.getBytes(StandardCharsets.UTF_8).length > NbdExport.NAME_MAX) {
      throw options.refused("--export: a name has at most " + NbdExport.NAME_MAX + " bytes");
    }
    PrintWriter out = options.out();
    try (Termination termination = Termination.expect();
        RepositoryOptions.Opened opened = options.open()) {
      Repository repository = opened.repository();
      SnapshotManifest found = SnapshotNames.find(repository, snapshot);
      try (SnapshotImage image = repository.open(found.id(), cacheBytes)) {
        NbdExport served = export(found, image, repository.chunkSizeBytes());
        try (NbdServer _ = NbdServer.listen(socket, List.of(served), NbdLimits.defaults())) {
          probe();
          announce(out, found, served);
          termination.await();
        }
      }
    } catch (InterruptedException e) {
      throw Interruption.of("serving", e);
    }
    return 0;
  }

  /** What is damaged there keeps nobody from reading the rest. */
  private void probe() {
    try {
      NbdProbe.read(socket);
    } catch (IOException e) {
      options.err().println("atoll: " + Causes.inOneLine(e));
    }
  }

  private long cacheBytes(long memoryBytes) {
    if (cacheMib == null) {
      return Math.min(CACHE_MIB * MIB, memoryBytes / 4);
    }
    long most = memoryBytes / 2 / MIB;
    if (cacheMib < 1 || cacheMib > most) {
      throw options.refused(
          ("--cache-size %d: can be from 1 to %d, half of the memory that Java may use; the"
                  + " environment variable JDK_JAVA_OPTIONS=-Xmx8g gives it 8 GiB")
              .formatted(cacheMib, most));
    }
    return cacheMib * MIB;
  }

  private NbdExport export(SnapshotManifest found, SnapshotImage image, int chunkSizeBytes) {
    String name = export == null ? SnapshotNames.nameOf(found) : export;
    boolean isTooLong = name.getBytes(StandardCharsets.UTF_8).length > NbdExport.NAME_MAX;
    String description = "snapshot %s of %s".formatted(found.id(), found.takenAt());
    return new NbdExport(isTooLong ? "" : name, description, image, chunkSizeBytes);
  }

  private void announce(PrintWriter out, SnapshotManifest found, NbdExport served) {
    if (json.isAsked()) {
      JsonOption.printLine(
          out,
          new Ready(socket.toString(), found.id().toString(), served.name(), found.sizeBytes()));
    } else {
      out.println("ready " + socket);
    }
    out.flush();
  }
}
