package atoll.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How often a target was executed in all its runs: a number in a file beside its corpus. */
final class ExecutionCount {
  /** What libFuzzer says while it runs, and at its end if it comes to that. */
  private static final Pattern SAID =
      Pattern.compile("(?:#|stat::number_of_executed_units: )([0-9]{1,18})\\b.*");

  private final Path file;
  private long added = -1;

  /** That of the target whose files are in {@code folder}. */
  ExecutionCount(Path folder) {
    this.file = folder.resolve("executions");
  }

  /** All so far. */
  long inAll() throws IOException {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** Adds those of one run, of which this is the log, and says how many they were; only once. */
  synchronized long add(Path log) throws IOException {
    if (added < 0) {
      added = executions(log);
      Files.writeString(file, (inAll() + added) + "\n");
    }
    return added;
  }

  private static long executions(Path log) throws IOException {
    long executions = 0;
    try (BufferedReader lines = Files.newBufferedReader(log, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher said = SAID.matcher(line);
        if (said.matches()) {
          executions = Math.max(executions, Long.parseLong(said.group(1)));
        }
      }
    }
    return executions;
  }
}
