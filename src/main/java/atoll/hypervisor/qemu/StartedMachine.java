package atoll.hypervisor.qemu;

import java.util.List;
import java.util.Objects;

/**
 * What is kept of a machine in its directory.
 *
 * @param machineType as {@code pc-i440fx-7.2}: the instance keeps it when QEMU is upgraded
 * @param channels in the order of their sockets
 */
record StartedMachine(String machineType, Accelerator accelerator, List<String> channels) {
  StartedMachine {
    Objects.requireNonNull(machineType);
    Objects.requireNonNull(accelerator);
    channels = List.copyOf(channels);
  }
}
