package atoll.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The pauses of a guest as they are seen from outside: between the arrivals of its heartbeats. The
 * guest's own clock stands still while it is stopped, and knows nothing of them.
 *
 * @param beats in the order of arrival
 */
record Gaps(List<Guest.Beat> beats) {
  /** All gaps, in milliseconds, that overlap a span of {@link System#nanoTime}. */
  double[] millis(long fromNanos, long toNanos) {
    var gaps = new ArrayList<Double>();
    for (int i = 1; i < beats.size(); i++) {
      long begin = beats.get(i - 1).arrivedNanos();
      long end = beats.get(i).arrivedNanos();
      if (end - fromNanos > 0 && toNanos - begin > 0) {
        gaps.add((end - begin) / 1e6);
      }
    }
    return gaps.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The largest gap that overlaps a span, in milliseconds; 0 if there is none. */
  double largestMillis(long fromNanos, long toNanos) {
    return Arrays.stream(millis(fromNanos, toNanos)).max().orElse(0);
  }

  /** The smallest value that a share of all values do not exceed. */
  static double percentile(double[] values, double share) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int at = (int) Math.ceil(share * sorted.length) - 1;
    return sorted[Math.clamp(at, 0, sorted.length - 1)];
  }

  /** The middle value. */
  static double median(double[] values) {
    return percentile(values, 0.5);
  }
}
