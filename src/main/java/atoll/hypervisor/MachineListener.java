package atoll.hypervisor;

/** Hears what happens to a machine. */
@FunctionalInterface
public interface MachineListener {
  /** Called for each event, in order. */
  void happened(MachineEvent event);
}
