package atoll.hypervisor.qemu;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How QEMU is run on this host.
 *
 * @param directory absolute; has a directory with sockets for each machine. Short, because Linux
 *     limits the path of a socket to 107 bytes: at most 63 bytes
 * @param system the program {@code qemu-system-x86_64}: a name on the PATH, or a path
 * @param storageDaemon the program {@code qemu-storage-daemon}, likewise
 * @param accelerator null to find out what works here
 */
public record QemuConfig(
    Path directory, String system, String storageDaemon, @Nullable Accelerator accelerator) {
  public QemuConfig {
    if (!directory.isAbsolute()) {
      throw new IllegalArgumentException("not absolute: " + directory);
    }
  }

  /** The programs on the PATH, and the accelerator that works. */
  public QemuConfig(Path directory) {
    this(directory, "qemu-system-x86_64", "qemu-storage-daemon", null);
  }

  Program systemProgram() {
    return new Program(system, "qemu-system-x86");
  }

  Program storageDaemonProgram() {
    return new Program(storageDaemon, "qemu-system-common");
  }
}
