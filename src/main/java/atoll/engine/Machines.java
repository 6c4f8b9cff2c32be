package atoll.engine;

import atoll.hypervisor.Hypervisor;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineGoneException;
import atoll.hypervisor.MachineSpec;
import atoll.hypervisor.MachineStatus;
import atoll.model.InstanceId;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The running machines this service is connected to. */
final class Machines {
  private final Hypervisor hypervisor;
  private final Map<InstanceId, Machine> connected = new ConcurrentHashMap<>();

  Machines(Hypervisor hypervisor) {
    this.hypervisor = hypervisor;
  }

  /** Starts a machine. */
  Machine start(MachineSpec spec) throws IOException {
    Machine machine = hypervisor.start(spec);
    connected.put(spec.id(), machine);
    return machine;
  }

  /** Connects to a machine that an earlier service started, if it still runs. */
  Optional<Machine> find(InstanceId id) throws IOException {
    Optional<Machine> found = hypervisor.find(id);
    found.ifPresent(machine -> connected.put(id, machine));
    return found;
  }

  /**
   * The machine of an instance, if it runs: the one that is connected if it answers, else connected
   * to anew.
   */
  Optional<Machine> findAgain(InstanceId id) throws IOException {
    Machine machine = connected.get(id);
    if (machine != null) {
      try {
        MachineStatus _ = machine.status();
        return Optional.of(machine);
      } catch (MachineGoneException e) {
        if (connected.remove(id, machine)) { // else it was started again meanwhile
          machine.close();
        }
      }
    }
    return find(id);
  }

  /** The machine of an instance that is recorded as running. */
  Machine of(InstanceId id) throws MachineGoneException {
    Machine machine = connected.get(id);
    if (machine == null) {
      throw new MachineGoneException(id, "not connected");
    }
    return machine;
  }

  /** The machine that has a volume's disk, if it is attached to a running one. */
  @Nullable Machine of(VolumeFacts facts) throws MachineGoneException {
    return facts.running() && facts.instance() != null ? of(facts.instance().id()) : null;
  }

  /** Ends the machine of an instance, if it runs, and disconnects from it. */
  void end(InstanceId id) throws IOException {
    Machine machine = connected.get(id);
    if (machine != null) {
      machine.kill();
      forget(id);
    }
  }

  /** Lets the hypervisor remove what it keeps of an instance that is deleted. */
  void dismiss(InstanceId id) throws IOException {
    forget(id);
    hypervisor.forget(id);
  }

  /** Disconnects from a machine that has ended. */
  void forget(InstanceId id) {
    Machine machine = connected.remove(id);
    if (machine != null) {
      machine.close();
    }
  }
}
