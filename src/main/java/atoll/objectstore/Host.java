package atoll.objectstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this host is called, for what its processes leave on shared stores. */
public final class Host {
  private Host() {}

  /** The kernel's name for this host or container, empty if it does not say. */
  public static String name() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip().replace(',', '_');
    } catch (IOException e) {
      return ""; // not Linux; asking the resolver could take seconds
    }
  }
}
