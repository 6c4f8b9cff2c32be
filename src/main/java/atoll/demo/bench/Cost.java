package atoll.demo.bench;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a run of a program took.
 *
 * @param seconds from its start to its end, by the clock
 * @param cpuSeconds of processors, of the program and all it started, in user and system mode
 * @param peakBytes the most memory that one process had at once: the program, or one it started
 */
record Cost(double seconds, double cpuSeconds, long peakBytes) {
  private static final Pattern SPACE = Pattern.compile(" ");

  /**
   * Reads what {@code time -f "%U %S %M"} wrote: seconds in user and in system mode, KiB.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Cost of(double seconds, String said) {
    List<String> figures = SPACE.splitAsStream(said.strip()).toList();
    if (figures.size() != 3) {
      throw new IllegalArgumentException("not what 'time' was asked for: '" + said.strip() + "'");
    }
    double cpuSeconds = Double.parseDouble(figures.get(0)) + Double.parseDouble(figures.get(1));
    return new Cost(seconds, cpuSeconds, Long.parseLong(figures.get(2)) * 1024);
  }
}
