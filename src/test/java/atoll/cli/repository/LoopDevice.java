package atoll.cli.repository;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real block device on a file; a test that needs one is left out where there is none. */
final class LoopDevice implements AutoCloseable {
  /** What is tried while somebody else has the device. */
  @FunctionalInterface
  interface Trial {
    void run() throws Exception;
  }

  private final String name;
  private final Path folder;

  private LoopDevice(String name, Path folder) {
    this.name = name;
    this.folder = folder;
  }

  /** Makes a device of a size. */
  static LoopDevice of(Path file, long sizeBytes) throws IOException {
    try (var backing = new RandomAccessFile(file.toFile(), "rw")) {
      backing.setLength(sizeBytes);
    }
    String name = "";
    try {
      name = run("losetup", "--find", "--show", file.toString());
    } catch (IOException e) {
      abort("no loop device can be had here: " + e.getMessage());
    }
    Path mountPoint = Files.createDirectories(file.resolveSibling(file.getFileName() + ".mount"));
    return new LoopDevice(name, mountPoint);
  }

  String name() {
    return name;
  }

  Path path() {
    return Path.of(name);
  }

  /** Tries something while a file system on the device is mounted. */
  void mounted(Trial trial) throws Exception {
    run("mkfs.ext4", "-q", "-F", name);
    run("mount", name, folder.toString());
    try {
      trial.run();
    } finally {
      run("umount", folder.toString());
    }
  }

  private static String run(String... words) throws IOException {
    Process process = new ProcessBuilder(List.of(words)).redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    // What it said has ended, so it has; the result is there at once.
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(String.join(" ", words) + ": " + said);
    }
    return said;
  }

  @Override
  public void close() throws IOException {
    run("losetup", "--detach", name);
  }
}
