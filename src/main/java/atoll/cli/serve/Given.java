package atoll.cli.serve;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is given for an option: on the command line, else in the environment ({@code
 * ATOLL_STRICT_DELETE} for {@code strict-delete}), else in the file.
 */
final class Given {
  private static final String PREFIX = "ATOLL_";

  private final Map<String, String> environment;
  private final Map<String, String> file;
  private final List<String> problems;

  /**
   * @param problems gets a line for each value that makes no sense
   */
  Given(Map<String, String> environment, Map<String, String> file, List<String> problems) {
    this.environment = Map.copyOf(environment);
    this.file = Map.copyOf(file);
    this.problems = problems;
  }

  /** The variable of an option. */
  static String variable(String option) {
    return PREFIX + option.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private @Nullable String elsewhere(String option) {
    String value = environment.get(variable(option));
    return value == null ? file.get(option) : value;
  }

  /** Text. */
  String text(String option, @Nullable String onCommandLine, String otherwise) {
    String value = onCommandLine == null ? elsewhere(option) : onCommandLine;
    return value == null ? otherwise : value;
  }

  /** A path; null if none is given. */
  @Nullable Path path(String option, @Nullable Path onCommandLine) {
    String value = elsewhere(option);
    return onCommandLine != null || value == null ? onCommandLine : Path.of(value);
  }

  /** Yes or no; no if nothing is given. */
  boolean flag(String option, @Nullable Boolean onCommandLine) {
    if (onCommandLine != null) {
      return onCommandLine;
    }
    String value = elsewhere(option);
    if (value != null && !value.equals("true") && !value.equals("false")) {
      problems.add(option + ": '" + value + "' is neither true nor false");
    }
    return "true".equals(value);
  }

  /** A number from 0 to {@code max}. */
  int number(String option, @Nullable String onCommandLine, int otherwise, int max) {
    String value = text(option, onCommandLine, Integer.toString(otherwise));
    int number = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : -1;
    if (number < 0 || number > max) {
      problems.add("%s: '%s' is not a number from 0 to %d".formatted(option, value, max));
      return otherwise;
    }
    return number;
  }
}
