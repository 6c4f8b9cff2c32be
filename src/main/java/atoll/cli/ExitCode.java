package atoll.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** How the {@code atoll} command ended, for scripts; the launcher script uses the same numbers. */
public enum ExitCode {
  DONE(0, "done"),
  FAILED(1, "it was tried and failed; the reason is on standard error"),
  USAGE(2, "the command line is wrong; nothing was tried"),
  DAMAGED(3, "something is damaged; standard output says what"),
  MISSING(69, "something Atoll needs is not on this machine: Java, Maven, a Debian package"),
  INTERNAL(70, "an error in Atoll itself, or it could not be built");

  private final int value;
  private final String meaning;

  ExitCode(int value, String meaning) {
    this.value = value;
    this.meaning = meaning;
  }

  /** The number the process ends with. */
  public int value() {
    return value;
  }

  /** All codes with their meaning, in order, as picocli prints them. */
  static Map<String, String> table() {
    var table = new LinkedHashMap<String, String>();
    for (ExitCode code : values()) {
      table.put(" " + code.value, code.meaning);
    }
    return table;
  }
}
