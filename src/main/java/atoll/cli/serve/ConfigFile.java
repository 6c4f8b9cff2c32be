package atoll.cli.serve;

import atoll.cli.Spelling;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A file of lines {@code KEY = VALUE}, empty lines, and comments that begin with {@code #}. */
final class ConfigFile {
  private static final String HEAD =
      "# What \"atoll serve\" is to do; the environment (ATOLL_ZONE for zone) and the command line come first.";

  private ConfigFile() {}

  /**
   * What a file says.
   *
   * @param known the keys there may be
   * @param problems gets a line for each line of the file that makes no sense
   */
  static Map<String, String> read(Path path, Set<String> known, List<String> problems)
      throws IOException {
    var values = new LinkedHashMap<String, String>();
    List<String> lines = Files.readAllLines(path);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        String problem = add(values, line, known);
        if (!problem.isEmpty()) {
          problems.add("%s, line %d: %s".formatted(path, i + 1, problem));
        }
      }
    }
    return values;
  }

  /**
   * Writes a file that says nothing but what could be said, unless there is one; only its owner may
   * read it, because a database's password may come to stand there.
   *
   * @param meanings of the keys
   */
  static void begin(Path path, Map<String, String> meanings) throws IOException {
    var lines = new ArrayList<>(List.of(HEAD, ""));
    meanings.forEach(
        (key, meaning) -> lines.addAll(List.of("# " + meaning, "# " + key + " =", "")));
    Files.createDirectories(path.getParent());
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      return;
    }
    Files.write(path, lines);
  }

  /** What is wrong with a line; empty if nothing is. */
  private static String add(Map<String, String> values, String line, Set<String> known) {
    int equals = line.indexOf('=');
    if (equals < 0) {
      return "'" + line + "' is not of the form KEY = VALUE";
    }
    String key = line.substring(0, equals).strip();
    if (!known.contains(key)) {
      return "unknown key '%s'%s"
          .formatted(
              key, Spelling.closest(key, known).map("; did you mean %s?"::formatted).orElse(""));
    }
    return values.put(key, line.substring(equals + 1).strip()) == null
        ? ""
        : "'" + key + "' is there twice";
  }
}
