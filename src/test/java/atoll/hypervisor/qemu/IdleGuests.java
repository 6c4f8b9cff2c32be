package atoll.hypervisor.qemu;

import atoll.hypervisor.Hypervisor;
import atoll.model.InstanceId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Real machines whose guests never boot, and run in no time: what a guest would do to its disks is
 * done by QEMU when it is told to, at the same place as a guest's requests.
 *
 * <p>QEMU is started by a script that gives it a control socket of its own for that, and writes
 * what it prints, which are the answers, to a file.
 */
public final class IdleGuests implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What is done to a disk takes some milliseconds. */
  private static final Duration IO_PATIENCE = Duration.ofSeconds(10);

  private static final String SCRIPT =
      """
      #!/bin/sh
      id= previous=
      for argument; do
        [ "$previous" != -uuid ] || id=$argument
        previous=$argument
      done
      [ "$id" ] || exec qemu-system-x86_64 "$@"
      exec stdbuf -oL qemu-system-x86_64 "$@" \\
        -qmp "unix:FOLDER/$id,server=on,wait=off" > "FOLDER/$id.words"
      """;

  private final Path folder;
  private final Map<InstanceId, QmpClient> connected = new ConcurrentHashMap<>();
  private volatile boolean stuck;

  private IdleGuests(Path folder) {
    this.folder = folder;
  }

  /** Guests with their sockets in a folder, whose name must be short. */
  public static IdleGuests in(Path folder) throws IOException {
    Path guests = Files.createDirectories(folder.toAbsolutePath().resolve("guests"));
    Path script = guests.resolve("qemu");
    Files.writeString(script, SCRIPT.replace("FOLDER", guests.toString()));
    if (!script.toFile().setExecutable(true)) {
      throw new IOException("cannot be made executable: " + script);
    }
    return new IdleGuests(guests);
  }

  /** What starts these guests' machines. */
  public Hypervisor hypervisor() {
    return new QemuHypervisor(
        new QemuConfig(
            folder.resolveSibling("run"),
            folder.resolve("qemu").toString(),
            "qemu-storage-daemon",
            Accelerator.TCG));
  }

  /**
   * Has the guest of a machine do something with a disk, in the words of qemu-io; the words of
   * QEMU. Now and then QEMU 7.2 waits for ever, for what its own main loop has to do: such a
   * machine is killed.
   *
   * @throws IOException if the machine does not run, or does not have the disk, or was stuck
   */
  public synchronized String io(InstanceId machine, VolumeId volume, String command)
      throws IOException {
    QmpClient qmp = connect(machine);
    Path words = folder.resolve(machine + ".words");
    int before = (int) Files.size(words);
    String line =
        "qemu-io -d /machine/peripheral/%s/virtio-backend \"%s\""
            .formatted(QemuCommandLine.diskId(volume), command);
    String refused;
    try {
      refused =
          qmp.execute("human-monitor-command", Json.object().put("command-line", line))
              .asString("");
    } catch (IOException e) {
      if (!qmp.isOpen() && runs(machine)) {
        stuck = true;
        kill(machine);
      }
      throw e;
    }
    if (!refused.isEmpty()) {
      throw new IOException(command + " on volume " + volume + ": " + refused.strip());
    }
    byte[] all = Files.readAllBytes(words);
    return new String(all, before, all.length - before, StandardCharsets.UTF_8);
  }

  /** Whether a machine was stuck, and is dead now, though nobody was to kill it. */
  public boolean stuck() {
    return stuck;
  }

  private boolean runs(InstanceId machine) throws IOException {
    return QemuProcess.find(new RunDirectory(folder.resolveSibling("run"), machine)).isPresent();
  }

  /** Resets a machine, whose guest lets go of what is being unplugged then. */
  public synchronized void reset(InstanceId machine) throws IOException {
    connect(machine).execute("system_reset");
  }

  /** Ends a machine without asking it. */
  public void kill(InstanceId machine) throws IOException {
    QemuProcess process =
        QemuProcess.find(new RunDirectory(folder.resolveSibling("run"), machine))
            .orElseThrow(() -> new IOException("machine " + machine + " does not run"));
    process.kill();
    process.awaitEnd(PATIENCE);
  }

  private QmpClient connect(InstanceId machine) throws IOException {
    QmpClient known = connected.get(machine);
    if (known != null && known.isOpen()) {
      return known;
    }
    QmpClient qmp =
        QmpClient.connect(folder.resolve(machine.toString()), IO_PATIENCE, IOException::new);
    connected.put(machine, qmp);
    return qmp;
  }

  @Override
  public void close() {
    connected.values().forEach(QmpClient::close);
  }
}
