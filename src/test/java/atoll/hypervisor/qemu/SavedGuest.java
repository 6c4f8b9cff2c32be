package atoll.hypervisor.qemu;

import atoll.hypervisor.Hypervisor;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineSpec;
import atoll.hypervisor.MachineStatus;
import atoll.hypervisor.OfflineChain;
import atoll.model.InstanceId;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A guest that boots once: its memory is saved, and whenever its machine is started again, it goes
 * on from there.
 *
 * <p>That is sound only as long as nothing in its memory depends on what its disks held: before it
 * is saved, it has to unmount its file systems and drop what it has cached. Its two disks then may
 * hold anything, but not have another size. Of a third one it does not know before it looks at its
 * bus again.
 *
 * <p>QEMU is started by a script that adds {@code -incoming} for machines with at least two disks.
 */
public final class SavedGuest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_EVERY_MILLIS = 10;
  private static final long CHUNK_BYTES = 1 << 20;

  private static final String SCRIPT =
      """
      #!/bin/sh
      disks=0
      for argument; do
        case $argument in *virtio-blk-pci*) disks=$((disks + 1)) ;; esac
      done
      if [ "$disks" -ge 2 ] && [ -e "FOLDER/memory" ]; then
        exec qemu-system-x86_64 "$@" -incoming fd:9 9< "FOLDER/memory"
      fi
      exec qemu-system-x86_64 "$@"
      """;

  private final Path folder;
  private final Path run;

  private SavedGuest(Path folder, Path run) {
    this.folder = folder;
    this.run = run;
  }

  /** The guest of a site in a folder, whose name must be short. */
  public static SavedGuest in(Path site) throws IOException {
    Path folder = Files.createDirectories(site.toAbsolutePath().resolve("saved"));
    Path script = folder.resolve("qemu");
    if (!Files.exists(script)) {
      Files.writeString(script, SCRIPT.replace("FOLDER", folder.toString()));
      if (!script.toFile().setExecutable(true)) {
        throw new IOException("cannot be made executable: " + script);
      }
    }
    return new SavedGuest(folder, site.toAbsolutePath().resolve("run"));
  }

  /** What starts its machine, and others. */
  public Hypervisor hypervisor() {
    return new Resuming(
        new QemuHypervisor(
            new QemuConfig(run, folder.resolve("qemu").toString(), "qemu-storage-daemon", null)));
  }

  /**
   * Saves the memory of a machine that nobody is connected to; it runs on. It stands still
   * meanwhile: of an emulated processor that goes on writing QEMU misses a page now and then, one
   * time in eight, and the guest that goes on from there panics.
   */
  public void save(InstanceId machine) throws IOException, InterruptedException {
    Path draft = folder.resolve("memory.new");
    Path socket = folder.resolve("in");
    try (var qmp =
            QmpClient.connect(
                new RunDirectory(run, machine).qmpSocket(), PATIENCE, IOException::new);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      CompletableFuture<Void> received = CompletableFuture.runAsync(() -> receive(server, draft));
      qmp.execute("stop");
      qmp.execute("migrate", Json.object().put("uri", "unix:" + socket));
      while (!qmp.execute("query-migrate").path("status").asString("").equals("completed")) {
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
      received.join();
      qmp.execute("cont");
    }
    Files.move(draft, folder.resolve("memory"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void receive(ServerSocketChannel server, Path file) {
    try (SocketChannel from = server.accept();
        var to =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      long at = 0;
      for (long got = 1; got > 0; at += got) {
        got = to.transferFrom(from, at, CHUNK_BYTES);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A start returns when CPUs run, which is later where memory is loaded first. */
  private record Resuming(Hypervisor hypervisor) implements Hypervisor {
    /** It was saved standing still, and is so again once its memory is there. */
    private static final MachineStatus LOADED = new MachineStatus.Paused("paused");

    @Override
    public Machine start(MachineSpec spec) throws IOException {
      return running(hypervisor.start(spec));
    }

    /** The start of one may have been cut off: whoever finds it goes on with it. */
    @Override
    public Optional<Machine> find(InstanceId id) throws IOException {
      Optional<Machine> found = hypervisor.find(id);
      if (found.isPresent()) {
        MachineStatus status = found.get().status();
        if (status instanceof MachineStatus.NotBegun || status.equals(LOADED)) {
          found.get().resume();
          return Optional.of(running(found.get()));
        }
      }
      return found;
    }

    private static Machine running(Machine machine) throws IOException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (machine.status() instanceof MachineStatus.Paused paused) {
        if (System.nanoTime() > deadline) {
          machine.kill();
          throw new IOException("machine " + machine.id() + " does not run: " + paused.reason());
        }
        if (paused.equals(LOADED)) {
          machine.resume();
          continue;
        }
        try {
          TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return machine;
        }
      }
      return machine;
    }

    @Override
    public String name() throws IOException {
      return hypervisor.name();
    }

    @Override
    public List<InstanceId> running() throws IOException {
      return hypervisor.running();
    }

    @Override
    public List<InstanceId> kept() throws IOException {
      return hypervisor.kept();
    }

    @Override
    public void forget(InstanceId id) throws IOException {
      hypervisor.forget(id);
    }

    @Override
    public OfflineChain openOffline(List<LayerFile> chain) throws IOException {
      return hypervisor.openOffline(chain);
    }

    @Override
    public void close() {
      hypervisor.close();
    }
  }
}
