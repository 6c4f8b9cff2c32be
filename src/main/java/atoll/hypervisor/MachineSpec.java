package atoll.hypervisor;

import atoll.model.InstanceId;
import java.util.List;

/**
 * A machine to start.
 *
 * @param memoryMib memory in MiB
 * @param cpus virtual CPUs
 * @param disks at most one a slot
 * @param channels names of virtio-serial ports beside the guest agent's; each becomes a socket, see
 *     {@link Machine#channel}
 */
public record MachineSpec(
    InstanceId id, int memoryMib, int cpus, List<DiskSpec> disks, List<String> channels) {
  public MachineSpec {
    if (memoryMib < 16 || cpus < 1) {
      throw new IllegalArgumentException(memoryMib + " MiB, " + cpus + " cpus");
    }
    disks = List.copyOf(disks);
    channels = List.copyOf(channels);
  }
}
