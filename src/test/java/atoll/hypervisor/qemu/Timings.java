package atoll.hypervisor.qemu;

import java.util.List;
import java.util.Locale;

/** Figures that tests print, for people. */
final class Timings {
  private Timings() {}

  /** Prints how long ago {@code beganNanos} was. */
  static void report(String what, long beganNanos) {
    System.out.printf(Locale.ROOT, "%s: %.1f ms%n", what, (System.nanoTime() - beganNanos) / 1e6);
  }

  /** Prints the spread of {@code nanos}. */
  static void report(String what, List<Long> nanos) {
    List<Long> sorted = nanos.stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "%s: min %.2f, median %.2f, max %.2f ms of %d%n",
        what,
        sorted.getFirst() / 1e6,
        sorted.get(sorted.size() / 2) / 1e6,
        sorted.getLast() / 1e6,
        sorted.size());
  }
}
