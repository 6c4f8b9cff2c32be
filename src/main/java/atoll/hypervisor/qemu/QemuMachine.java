package atoll.hypervisor.qemu;

import atoll.hypervisor.BlockNodes;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.FrozenGuest;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineEvent;
import atoll.hypervisor.MachineGoneException;
import atoll.hypervisor.MachineListener;
import atoll.hypervisor.MachineStatus;
import atoll.model.InstanceId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A machine in a QEMU process. */
final class QemuMachine implements Machine {
  /** How long a process may take to flush and close its disks. */
  private static final Duration QUIT_PATIENCE = Duration.ofSeconds(60);

  /** How long a killed process may take to be gone. */
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(30);

  /**
   * So often a guest is asked to let go of a disk: one that is only booting does not hear it, and
   * forgets.
   */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(3);

  /**
   * So soon after {@code cont} a request that failed before has failed again, if it does; and so
   * often it is tried.
   */
  private static final Duration RESUME_WATCH = Duration.ofMillis(500);

  private static final int RESUME_ATTEMPTS = 4;

  private final InstanceId id;
  private final RunDirectory directory;
  private final StartedMachine started;
  private final QemuProcess process;
  private final QmpClient qmp;
  private final FreezeKeepers keepers;
  private final QemuBlockNodes nodes;
  private final MachineChains chains;

  /** Whether it was us who asked for the end, so that the guest's is not news. */
  private volatile boolean ending;

  /** Whether we have disconnected. */
  private volatile boolean closed;

  QemuMachine(
      InstanceId id,
      RunDirectory directory,
      StartedMachine started,
      QemuProcess process,
      QmpClient qmp,
      FreezeKeepers keepers) {
    this.id = id;
    this.directory = directory;
    this.started = started;
    this.process = process;
    this.qmp = qmp;
    this.keepers = keepers;
    this.chains = new MachineChains(qmp);
    this.nodes = new QemuBlockNodes(qmp, chains, false);
  }

  @Override
  public InstanceId id() {
    return id;
  }

  /** Whether commands can be sent. */
  boolean isConnected() {
    return qmp.isOpen();
  }

  @Override
  public MachineStatus status() throws IOException {
    JsonNode status = qmp.execute("query-status");
    String word = status.path("status").asString("");
    return switch (word) {
      case "running" -> new MachineStatus.Running();
      case "io-error" -> new MachineStatus.IoError();
      case "prelaunch" -> new MachineStatus.NotBegun();
      case "inmigrate", "paused" ->
          hasBegun() ? new MachineStatus.Paused(word) : new MachineStatus.NotBegun();
      default -> new MachineStatus.Paused(word);
    };
  }

  /** One whose memory is loaded from a file waits with other words than one that boots. */
  private boolean hasBegun() {
    return !Files.exists(directory.startingMark());
  }

  /**
   * {@inheritDoc}
   *
   * <p>After an I/O error the first attempt may do no more than wake up the connection to a server
   * that is back, while the request fails again: so what follows is watched.
   */
  @Override
  public void resume() throws IOException {
    if (!(status() instanceof MachineStatus.IoError)) {
      qmp.execute("cont");
      Files.deleteIfExists(directory.startingMark());
      return;
    }
    for (int attempt = 1; attempt <= RESUME_ATTEMPTS; attempt++) {
      if (staysResumed()) {
        return;
      }
    }
    throw new IOException("machine " + id + ": its disk fails again whenever it is resumed");
  }

  private boolean staysResumed() throws IOException {
    try (QmpEvents stops = qmp.subscribe(Set.of("STOP"))) {
      qmp.execute("cont");
      return stops.poll(RESUME_WATCH).isEmpty();
    } catch (InterruptedException e) {
      throw interrupted("it was resumed");
    }
  }

  @Override
  public void shutDown(Duration grace) throws IOException {
    ending = true;
    if (process.isRunning()) {
      askAndQuit(grace);
      if (!process.awaitEnd(QUIT_PATIENCE)) {
        throw new IOException(
            "machine %s: %s has not ended %d s after quit"
                .formatted(id, process, QUIT_PATIENCE.toSeconds()));
      }
    }
    ended();
  }

  private void askAndQuit(Duration grace) throws IOException {
    try (QmpEvents shutdowns = qmp.subscribe(Set.of("SHUTDOWN"))) {
      if (status() instanceof MachineStatus.Running) { // else the guest cannot react
        qmp.execute("system_powerdown");
        shutdowns.poll(grace);
      }
      qmp.execute("quit");
    } catch (MachineGoneException e) {
      if (process.awaitEnd(QUIT_PATIENCE)) {
        return; // the guest was quicker than the command
      }
      throw e;
    } catch (InterruptedException e) {
      throw interrupted("it was shut down");
    }
  }

  @Override
  public void kill() throws IOException {
    ending = true;
    process.kill();
    if (!process.awaitEnd(KILL_PATIENCE)) {
      throw new IOException(
          "machine %s: %s has not ended %d s after it was killed"
              .formatted(id, process, KILL_PATIENCE.toSeconds()));
    }
    ended();
  }

  private void ended() throws IOException {
    qmp.close();
    if (QemuProcess.find(directory).isEmpty()) { // else it was started again, not by us
      directory.clear();
    }
  }

  @Override
  public BlockNodes nodes() {
    return nodes;
  }

  @Override
  public void attach(DiskSpec disk) throws IOException {
    chains.forget(disk.volume());
    nodes.openChain(disk.chain());
    try {
      qmp.execute("device_add", QemuCommandLine.diskDevice(disk));
    } catch (QmpException e) {
      try {
        nodes.closeAll(LayerNodes.topFirst(disk.chain()));
      } catch (IOException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  @Override
  public void detach(VolumeId volume, Duration patience) throws IOException {
    String disk = QemuCommandLine.diskId(volume);
    if (isPlugged(disk)) {
      chains.leaving(volume);
      unplug(volume, disk, patience);
    }
    // Also those of a disk that the guest let go of after our patience was over.
    nodes.closeAll(chains.left(volume));
    chains.forget(volume);
  }

  private void unplug(VolumeId volume, String disk, Duration patience) throws IOException {
    long asked = System.nanoTime();
    try (QmpEvents deletions = qmp.subscribe(deletionOf(disk))) {
      Duration left = patience;
      do {
        if (isGoneWhenAsked(disk)
            || deletions.poll(left.compareTo(ASK_AGAIN) < 0 ? left : ASK_AGAIN).isPresent()) {
          return;
        }
        left = patience.minusNanos(System.nanoTime() - asked);
      } while (left.isPositive());
    } catch (InterruptedException e) {
      throw interrupted("volume " + volume + " was detached");
    }
    throw new IOException(
        "machine %s: the guest has not let go of volume %s within %d s"
            .formatted(id, volume, patience.toSeconds()));
  }

  /** Asks the guest to let go of a disk; says whether there is none by now. */
  private boolean isGoneWhenAsked(String disk) throws IOException {
    try {
      qmp.execute("device_del", Json.object().put("id", disk));
      return false;
    } catch (QmpException e) {
      if (e.isNotFound() || e.isUnplugging()) {
        return e.isNotFound();
      }
      throw e;
    }
  }

  private boolean isPlugged(String disk) throws IOException {
    ObjectNode peripheral = Json.object().put("path", "/machine/peripheral");
    for (JsonNode device : qmp.execute("qom-list", peripheral).values()) {
      if (device.path("name").asString("").equals(disk)) {
        return true;
      }
    }
    return false;
  }

  /** An earlier DEVICE_DELETED, of the part that does the block I/O, names no device. */
  private static Predicate<QmpEvent> deletionOf(String disk) {
    return event -> event.name().equals("DEVICE_DELETED") && event.text("device").equals(disk);
  }

  @Override
  public FrozenGuest freezeGuest(Duration limit) throws IOException {
    return keepers.freeze(directory.agentSocket(), limit);
  }

  @Override
  public Path channel(String name) {
    int number = started.channels().indexOf(name);
    if (number < 0) {
      throw new IllegalArgumentException("machine " + id + " has no channel " + name);
    }
    return directory.channelSocket(number);
  }

  @Override
  public void listen(MachineListener listener) {
    QmpEvents events =
        qmp.subscribe(Set.of("BLOCK_IO_ERROR", "DEVICE_DELETED", "SHUTDOWN", "RESET"));
    Thread.ofVirtual().name("listener of machine " + id).start(() -> listen(events, listener));
  }

  private void listen(QmpEvents events, MachineListener listener) {
    try {
      while (true) {
        meaning(events.take()).ifPresent(listener::happened);
      }
    } catch (IOException e) {
      if (!closed) {
        listener.happened(new MachineEvent.Ended());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody knows this thread", e);
    }
  }

  private Optional<MachineEvent> meaning(QmpEvent event) {
    boolean byGuest = event.data().path("guest").asBoolean(false) && !ending;
    return switch (event.name()) {
      case "BLOCK_IO_ERROR" -> diskFailed(event);
      case "DEVICE_DELETED" ->
          Optional.ofNullable(QemuCommandLine.volumeOf(event.text("device")))
              .map(MachineEvent.DiskUnplugged::new);
      case "SHUTDOWN" -> byGuest ? Optional.of(new MachineEvent.GuestShutDown()) : Optional.empty();
      case "RESET" -> byGuest ? Optional.of(new MachineEvent.GuestReset()) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<MachineEvent> diskFailed(QmpEvent event) {
    if (!event.text("action").equals("stop")) {
      return Optional.empty();
    }
    boolean noSpace = event.data().path("nospace").asBoolean(false);
    return Optional.of(new MachineEvent.DiskFailed(event.text("node-name"), noSpace));
  }

  private IOException interrupted(String before) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("machine " + id + ": interrupted before " + before);
  }

  @Override
  public void close() {
    closed = true;
    qmp.close();
  }
}
