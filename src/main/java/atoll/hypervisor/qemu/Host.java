package atoll.hypervisor.qemu;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What this host's QEMU can do, found out when first asked for and remembered. */
final class Host {
  private final QemuConfig config;
  private @Nullable Accelerator accelerator;
  private @Nullable String machineType;

  /** The host as {@code config} has it. */
  Host(QemuConfig config) {
    this.config = config;
    this.accelerator = config.accelerator();
  }

  /** The program that runs machines. */
  Path qemu() throws IOException {
    return config.systemProgram().locate();
  }

  /** What machines run on. */
  synchronized Accelerator accelerator() throws IOException {
    Accelerator known = accelerator;
    if (known == null) {
      known = new AcceleratorProbe(qemu()).probe();
      accelerator = known;
    }
    return known;
  }

  /** The machine type new machines get. */
  synchronized String machineType() throws IOException {
    String known = machineType;
    if (known == null) {
      known = MachineTypes.newest(qemu());
      machineType = known;
    }
    return known;
  }
}
