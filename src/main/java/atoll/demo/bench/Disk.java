package atoll.demo.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What lies between programs and the disk: sizes there, and what is not yet written. */
final class Disk {
  private final Children children;
  private final Path folder;

  /** The disk that a folder is on. */
  Disk(Children children, Path folder) {
    this.children = children;
    this.folder = folder;
  }

  /**
   * Writes all that the host has in memory for this file system.
   *
   * @return how long it took, in seconds
   */
  double sync() throws IOException, InterruptedException {
    long start = System.nanoTime();
    children.run(ToolCommand.of(folder, List.of("sync", "-f", folder.toString())));
    return (System.nanoTime() - start) / 1e9;
  }

  /** What a folder takes on the disk, with all that is in it; 0 if it is not there. */
  long usedBytes(Path tree) throws IOException, InterruptedException {
    if (!Files.exists(tree)) {
      return 0;
    }
    String said = children.run(ToolCommand.of(folder, List.of("du", "-s", "-B1", tree.toString())));
    return Long.parseLong(said.substring(0, said.indexOf('\t')));
  }

  /** Reads all files in a folder, so that the host has them in memory. */
  static void readAll(Path tree) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(tree)) {
      files = found.filter(Files::isRegularFile).toList();
    }
    var buffer = new byte[1 << 20];
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        int count = 0;
        while (count >= 0) {
          count = in.read(buffer);
        }
      }
    }
  }
}
