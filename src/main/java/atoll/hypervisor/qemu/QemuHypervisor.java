package atoll.hypervisor.qemu;

import atoll.hypervisor.Hypervisor;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineGoneException;
import atoll.hypervisor.MachineSpec;
import atoll.hypervisor.OfflineChain;
import atoll.model.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs machines as QEMU processes.
 *
 * <p>A machine lives in a session of its own and in a directory of its own, where its sockets are;
 * what ties it to this process is only the connection to one of them. So machines run on whatever
 * happens to this process, and the next one finds them by their pid files. (Under systemd the
 * service needs {@code KillMode=process}, or systemd ends what this process leaves running.)
 *
 * <p>QEMU serves one control connection at a time, so there is one {@link Machine} for each machine
 * that is connected, and {@link #find} hands out the same again. When an earlier process's machine
 * is connected to, its block jobs are ended: nobody waits for them any more.
 */
public final class QemuHypervisor implements Hypervisor {
  private static final Logger LOG = LoggerFactory.getLogger(QemuHypervisor.class);

  /** How long QEMU may take for a command. It flushes disks in some of them. */
  private static final Duration COMMAND_PATIENCE = Duration.ofSeconds(60);

  /** Machines that are started or looked for at once, unless two happen to share a lock. */
  private static final int LOCKS = 64;

  private final QemuConfig config;
  private final Duration patience;
  private final Host host;
  private final Map<InstanceId, QemuMachine> connected = new ConcurrentHashMap<>();
  private final List<Lock> locks = Stream.<Lock>generate(ReentrantLock::new).limit(LOCKS).toList();
  private final FreezeKeepers keepers = new FreezeKeepers();
  private final AtomicLong offlineChains = new AtomicLong();

  /** Runs machines as {@code config} says; nothing is looked at before it is needed. */
  public QemuHypervisor(QemuConfig config) {
    this(config, COMMAND_PATIENCE);
  }

  /** As above, with another {@code patience} for each command. */
  QemuHypervisor(QemuConfig config, Duration patience) {
    this.config = config;
    this.patience = patience;
    this.host = new Host(config);
  }

  @Override
  public String name() throws IOException {
    return "QEMU's %s, %s"
        .formatted(
            host.machineType(),
            switch (host.accelerator()) {
              case KVM -> "on KVM";
              case TCG -> "software emulation (TCG)";
            });
  }

  @Override
  public Machine start(MachineSpec spec) throws IOException {
    Lock lock = lock(spec.id());
    lock.lock();
    try {
      var directory = directory(spec.id());
      if (QemuProcess.find(directory).isPresent()) {
        throw new IOException("machine " + spec.id() + " runs already");
      }
      directory.create();
      directory.clear();
      QemuMachine machine = start(spec, directory);
      connected.put(spec.id(), machine);
      return machine;
    } finally {
      lock.unlock();
    }
  }

  private QemuMachine start(MachineSpec spec, RunDirectory directory) throws IOException {
    StartedMachine started = plan(spec, directory);
    directory.write(started);
    List<String> command = new ArrayList<>(List.of(host.qemu().toString()));
    command.addAll(QemuCommandLine.of(spec, started, directory));
    Files.createFile(directory.startingMark());
    try {
      return launch(command, spec.id(), directory, started);
    } catch (IOException e) {
      directory.clear();
      throw new IOException("machine " + spec.id() + " does not start: " + e.getMessage(), e);
    }
  }

  /** An instance keeps the machine type it had before. */
  private StartedMachine plan(MachineSpec spec, RunDirectory directory) throws IOException {
    Optional<StartedMachine> before = directory.read();
    String machineType = before.isPresent() ? before.get().machineType() : host.machineType();
    return new StartedMachine(machineType, host.accelerator(), spec.channels());
  }

  private QemuMachine launch(
      List<String> command, InstanceId id, RunDirectory directory, StartedMachine started)
      throws IOException {
    try (var rendezvous = Rendezvous.at(directory.rendezvous())) {
      var process = DetachedProcess.start(command);
      try {
        process.awaitConnection(rendezvous).close();
        // Its sockets are there before its disks are open, but no answer comes before all is.
        QmpClient qmp = connect(id, directory);
        process.dropWords();
        qmp.execute("chardev-remove", Json.object().put("id", QemuCommandLine.RENDEZVOUS));
        qmp.execute("cont");
        Files.delete(directory.startingMark());
        return new QemuMachine(
            id, directory, started, QemuProcess.of(process.process(), directory), qmp, keepers);
      } catch (IOException e) {
        throw process.failed(e);
      }
    }
  }

  private QmpClient connect(InstanceId id, RunDirectory directory) throws IOException {
    return QmpClient.connect(
        directory.qmpSocket(), patience, saw -> new MachineGoneException(id, saw));
  }

  @Override
  public Optional<Machine> find(InstanceId id) throws IOException {
    Lock lock = lock(id);
    lock.lock();
    try {
      QemuMachine known = connected.get(id);
      if (known != null && known.isConnected()) {
        return Optional.of(known);
      }
      connected.remove(id);
      var directory = directory(id);
      Optional<QemuProcess> process = QemuProcess.find(directory);
      if (process.isEmpty()) {
        directory.clear();
        return Optional.empty();
      }
      QemuMachine machine = reconnect(id, directory, process.get());
      connected.put(id, machine);
      return Optional.of(machine);
    } finally {
      lock.unlock();
    }
  }

  /** A machine that does not answer is handed out too, because it can still be killed. */
  private QemuMachine reconnect(InstanceId id, RunDirectory directory, QemuProcess process)
      throws IOException {
    StartedMachine started =
        directory
            .read()
            .orElseThrow(() -> new IOException("machine " + id + " has no machine.json"));
    return new QemuMachine(id, directory, started, process, reconnect(id, directory), keepers);
  }

  private QmpClient reconnect(InstanceId id, RunDirectory directory) throws IOException {
    QmpClient qmp;
    try {
      qmp = connect(id, directory);
    } catch (MachineGoneException e) {
      LOG.debug("{}", e.getMessage());
      return QmpClient.unreachable(
          directory.qmpSocket(),
          "it runs but does not answer",
          saw -> new MachineGoneException(id, saw));
    }
    try {
      QemuBlockJob.endAll(qmp);
      return qmp;
    } catch (IOException e) {
      qmp.close();
      throw e;
    }
  }

  @Override
  public List<InstanceId> running() throws IOException {
    var running = new ArrayList<InstanceId>();
    for (InstanceId id : RunDirectory.list(config.directory())) {
      if (QemuProcess.find(directory(id)).isPresent()) {
        running.add(id);
      }
    }
    return running;
  }

  @Override
  public List<InstanceId> kept() throws IOException {
    return RunDirectory.list(config.directory());
  }

  @Override
  public void forget(InstanceId id) throws IOException {
    Lock lock = lock(id);
    lock.lock();
    try {
      var directory = directory(id);
      if (QemuProcess.find(directory).isPresent()) {
        throw new IOException("machine " + id + " runs");
      }
      connected.remove(id);
      directory.delete();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public OfflineChain openOffline(List<LayerFile> chain) throws IOException {
    Path program = config.storageDaemonProgram().locate();
    RunDirectory.create(config.directory());
    String name = ProcessHandle.current().pid() + "-" + offlineChains.incrementAndGet();
    Path socket = config.directory().resolve(name);
    Files.deleteIfExists(socket); // of an earlier process with our process id
    return StorageDaemon.open(program, socket, chain);
  }

  private RunDirectory directory(InstanceId id) {
    return new RunDirectory(config.directory(), id);
  }

  private Lock lock(InstanceId id) {
    return locks.get(Math.floorMod(id.hashCode(), LOCKS));
  }

  @Override
  public void close() {
    connected.values().forEach(QemuMachine::close);
    keepers.close();
  }
}
