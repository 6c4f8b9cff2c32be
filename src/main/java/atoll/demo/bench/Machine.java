package atoll.demo.bench;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The machine that was measured on.
 *
 * @param cpu what its processors call themselves
 * @param processors how many this process may use
 * @param memoryBytes what the kernel has for all
 * @param java that runs this, and Atoll
 * @param fileSystem of the folder that was worked in
 */
public record Machine(
    String cpu, int processors, long memoryBytes, String kernel, String java, String fileSystem) {
  /** This one. */
  public static Machine of(Path folder) throws IOException {
    FileStore store = Files.getFileStore(folder);
    String memory = field(Path.of("/proc/meminfo"), "MemTotal").replace("kB", "").strip();
    return new Machine(
        field(Path.of("/proc/cpuinfo"), "model name"),
        Runtime.getRuntime().availableProcessors(),
        memory.matches("[0-9]+") ? Long.parseLong(memory) * 1024 : 0,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.version().toString(),
        store.type() + " on " + store.name());
  }

  /** What follows a name and a colon; other processors have other names. */
  private static String field(Path file, String name) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  /** For people. */
  public String line() {
    return "%d processors (%s), %,d MiB of memory, %s, Java %s, %s"
        .formatted(processors, cpu, memoryBytes >> 20, kernel, java, fileSystem);
  }
}
