package atoll.demo.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A program to be run.
 *
 * @param folder where it is run
 * @param environment what it finds in its environment beside what we have in ours
 * @param words the program and its arguments
 */
record ToolCommand(Path folder, Map<String, String> environment, List<String> words) {
  ToolCommand {
    environment = Map.copyOf(environment);
    words = List.copyOf(words);
  }

  /** One that needs nothing in its environment. */
  static ToolCommand of(Path folder, List<String> words) {
    return new ToolCommand(folder, Map.of(), words);
  }
}
