package atoll.hypervisor.qemu;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A program of QEMU.
 *
 * @param name to be looked up on the PATH, or a path
 * @param debianPackage the package that has it
 */
record Program(String name, String debianPackage) {
  /**
   * Where it is.
   *
   * @throws IOException if it is nowhere, with what to install
   */
  Path locate() throws IOException {
    for (Path candidate : candidates()) {
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    throw new IOException(
        "there is no program " + name + "; on Debian install the package " + debianPackage);
  }

  private List<Path> candidates() {
    if (name.contains("/")) {
      return List.of(Path.of(name));
    }
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Arrays.stream(path.split(File.pathSeparator)).map(d -> Path.of(d, name)).toList();
  }
}
