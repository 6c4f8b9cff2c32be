package atoll.hypervisor.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** The machine types a QEMU has: {@code pc-i440fx-7.2} and the like. */
final class MachineTypes {
  private static final Pattern VERSIONED =
      Pattern.compile("^pc-i440fx-([0-9]{1,4})\\.([0-9]{1,4})\\s", Pattern.MULTILINE);

  private MachineTypes() {}

  /** Asks {@code qemu} for its newest type. */
  static String newest(Path qemu) throws IOException {
    Process process =
        new ProcessBuilder(qemu.toString(), "-machine", "help").redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String help = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      return newest(help)
          .orElseThrow(() -> new IOException(qemu + " names no pc-i440fx machine: " + help));
    }
  }

  /** The newest in the words of {@code -machine help}. */
  static Optional<String> newest(String help) {
    record Type(int major, int minor) {}
    return VERSIONED
        .matcher(help)
        .results()
        .map(m -> new Type(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))))
        .max(Comparator.comparingInt(Type::major).thenComparingInt(Type::minor))
        .map(type -> "pc-i440fx-" + type.major() + "." + type.minor());
  }
}
