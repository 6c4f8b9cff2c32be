package atoll.engine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts {@link EveryStepMain} in processes of their own.
 *
 * <p>Thousands of them: so its classes are put into jars, and its first run leaves a cache of them,
 * loaded and linked, which the others start from.
 */
final class TrialProgram {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final String classPath;
  private final Path cache;

  private TrialProgram(String classPath, Path cache) {
    this.classPath = classPath;
    this.cache = cache;
  }

  /** Makes the jars in a folder. */
  static TrialProgram in(Path folder) throws IOException, InterruptedException {
    var classPath = new ArrayList<String>();
    for (String part : List.of(System.getProperty("java.class.path").split(File.pathSeparator))) {
      boolean classes = Files.isDirectory(Path.of(part));
      classPath.add(classes ? jar(part, folder.resolve(classPath.size() + ".jar")) : part);
    }
    return new TrialProgram(
        String.join(File.pathSeparator, classPath), folder.resolve("trial.aot").toAbsolutePath());
  }

  private static String jar(String classes, Path file) throws IOException, InterruptedException {
    String program = Path.of(JAVA).resolveSibling("jar").toString();
    Process process =
        new ProcessBuilder(program, "cf0", file.toString(), "-C", classes, ".").inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException("no jar of " + classes);
    }
    return file.toString();
  }

  /** Whether a run to its end has left the cache. */
  boolean isCached() {
    return Files.exists(cache);
  }

  /** Starts it, with its words in {@code log}. */
  Process start(Path log, List<String> arguments) throws IOException {
    var command = new ArrayList<>(List.of(JAVA));
    command.add(isCached() ? "-XX:AOTCache=" + cache : "-XX:AOTCacheOutput=" + cache);
    command.addAll(
        List.of(
            "-Xlog:aot=off",
            "-Xlog:cds=off",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m",
            "-cp",
            classPath,
            EveryStepMain.class.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }
}
