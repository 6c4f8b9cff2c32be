package atoll.hypervisor.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JacksonException;

/**
 * What is kept of a machine in its directory.
 *
 * @param machineType as {@code pc-i440fx-7.2}: the instance keeps it when QEMU is upgraded
 * @param channels in the order of their sockets
 */
record StartedMachine(String machineType, Accelerator accelerator, List<String> channels) {
  /** Longer than any that was ever written. */
  private static final int BYTES_MAX = 1 << 20;

  StartedMachine {
    Objects.requireNonNull(machineType);
    Objects.requireNonNull(accelerator);
    channels = List.copyOf(channels);
  }

  /**
   * Reads what {@link #bytes} gave.
   *
   * @param file where {@code in} comes from
   * @throws IOException if it is something else
   */
  static StartedMachine read(Path file, InputStream in) throws IOException {
    byte[] bytes =
        in.readNBytes(BYTES_MAX + 1); // whatever the file is, it need not fit into memory
    if (bytes.length > BYTES_MAX) {
      throw new IOException(file + " has more than " + BYTES_MAX + " bytes");
    }
    try {
      StartedMachine machine = Json.MAPPER.readValue(bytes, StartedMachine.class);
      if (machine == null) { // the word null is JSON too
        throw new IOException(file + " is empty");
      }
      return machine;
    } catch (JacksonException e) {
      throw new IOException("cannot make sense of " + file, e);
    }
  }

  /** What is kept of it in a file. */
  byte[] bytes() {
    return Json.MAPPER.writeValueAsBytes(this);
  }
}
