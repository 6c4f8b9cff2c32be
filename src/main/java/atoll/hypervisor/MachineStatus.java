package atoll.hypervisor;

/** What a machine's CPUs do. */
public sealed interface MachineStatus {
  /** They run. */
  record Running() implements MachineStatus {}

  /** They stand still because a disk could not be written or read. */
  record IoError() implements MachineStatus {}

  /**
   * They have never run: whoever was starting the machine died before it let them. {@link
   * Machine#resume} does.
   */
  record NotBegun() implements MachineStatus {}

  /** They stand still for another reason, in the hypervisor's word. */
  record Paused(String reason) implements MachineStatus {}
}
