package atoll.hypervisor;

import atoll.model.InstanceId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Runs machines on this host.
 *
 * <p>A machine outlives the process that started it: whoever comes after finds it again with {@link
 * #find}. Methods may be called from any thread.
 */
public interface Hypervisor extends AutoCloseable {
  /**
   * What machines run on, in a few words.
   *
   * @throws IOException if nothing is installed that could run them
   */
  String name() throws IOException;

  /**
   * Starts a machine and returns when its CPUs run. When it fails nothing is left running.
   *
   * @throws IOException if the machine does not start; the message has what the hypervisor said
   */
  Machine start(MachineSpec spec) throws IOException;

  /** Connects to a machine that an earlier process started; empty if it runs no more. */
  Optional<Machine> find(InstanceId id) throws IOException;

  /** The machines that run now, whoever started them under this hypervisor's directory. */
  List<InstanceId> running() throws IOException;

  /** The instances that something is kept of, see {@link #forget}; running or not. */
  List<InstanceId> kept() throws IOException;

  /**
   * Removes what is kept of an instance that does not run and will not be started again. Until then
   * it is started as the same kind of machine whatever becomes of the hypervisor meanwhile. Nothing
   * kept is fine.
   *
   * @throws IOException if it runs
   */
  void forget(InstanceId id) throws IOException;

  /**
   * Opens a chain of layers that no machine has open, so that {@link BlockNodes} can work on it.
   *
   * @param chain base first; the last is opened for writing only by jobs that need it
   */
  OfflineChain openOffline(List<LayerFile> chain) throws IOException;

  /** Disconnects from all machines; they run on. */
  @Override
  void close();
}
