package atoll.hypervisor;

import atoll.model.InstanceId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A running machine.
 *
 * <p>Methods may be called from any thread; what changes disks is for one caller at a time per
 * disk. When the machine has ended or does not answer, they throw {@link MachineGoneException}.
 */
public interface Machine extends AutoCloseable {
  InstanceId id();

  /** Whether its CPUs run, and if not why. */
  MachineStatus status() throws IOException;

  /** Lets the CPUs run (again), also after they were stopped by a full disk. */
  void resume() throws IOException;

  /**
   * Asks the guest to power off and waits at most {@code grace}; then ends the machine. The disks
   * are flushed and closed.
   */
  void shutDown(Duration grace) throws IOException;

  /** Ends the machine at once, as pulling the plug does; returns when the process is gone. */
  void kill() throws IOException;

  /** The block nodes of its disks. */
  BlockNodes nodes();

  /**
   * Plugs a disk in; returns when it is on the guest's bus. A guest that runs finds it within a
   * fraction of a second, which it tells nobody.
   */
  void attach(DiskSpec disk) throws IOException;

  /**
   * Unplugs a disk and closes its layers; a disk that is not there is unplugged already.
   *
   * @throws java.io.IOException if the guest does not let go of it within {@code patience}; it is
   *     still attached then
   */
  void detach(VolumeId volume, Duration patience) throws IOException;

  /**
   * Freezes the guest's file systems through its agent. They thaw when the result is closed, when
   * this process dies, and at the latest after {@code limit}, whatever happens to this process.
   *
   * @throws IOException if there is no agent, or it does not freeze in time; nothing is frozen then
   */
  FrozenGuest freezeGuest(Duration limit) throws IOException;

  /** The socket of a channel named in the {@link MachineSpec}. */
  Path channel(String name);

  /**
   * Calls {@code listener} for what happens from now on, on a thread of its own; it must not block
   * for long.
   */
  void listen(MachineListener listener);

  /** Disconnects; the machine runs on. */
  @Override
  void close();
}
