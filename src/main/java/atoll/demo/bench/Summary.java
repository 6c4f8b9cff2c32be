package atoll.demo.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One step of one tool over all rounds.
 *
 * @param outcome the worst
 * @param figures the median of each; null if it failed in every round
 * @param megabytesPerSecond of what of the image is data, in millions of bytes, until all is on the
 *     disk
 * @param ratios to Atoll's; null where one of the two has no figures
 */
record Summary(
    Step step,
    String tool,
    Outcome outcome,
    @Nullable Figures figures,
    @Nullable Double megabytesPerSecond,
    @Nullable Ratios ratios) {

  /**
   * How many times as much as Atoll; null where Atoll's figure is 0.
   *
   * @param seconds of the program
   * @param syncedSeconds until all is on the disk
   * @param cpuSeconds of processors
   * @param peakBytes of memory
   * @param diskBytes what is stored
   */
  record Ratios(
      @Nullable Double seconds,
      @Nullable Double syncedSeconds,
      @Nullable Double cpuSeconds,
      @Nullable Double peakBytes,
      @Nullable Double diskBytes) {
    static Ratios of(Figures tool, Figures atoll) {
      return new Ratios(
          ratio(tool.seconds(), atoll.seconds()),
          ratio(tool.syncedSeconds(), atoll.syncedSeconds()),
          ratio(tool.cpuSeconds(), atoll.cpuSeconds()),
          ratio((double) tool.peakBytes(), (double) atoll.peakBytes()),
          ratio((double) tool.diskBytes(), (double) atoll.diskBytes()));
    }

    private static @Nullable Double ratio(double tool, double atoll) {
      return atoll == 0 ? null : Math.round(1000 * tool / atoll) / 1000.0;
    }
  }

  private record Subject(Step step, String tool) {}

  /**
   * Sums up all rounds: by step, then with the tools in the order they have in the first round.
   *
   * @param allocatedBytes what of the image is data
   */
  static List<Summary> of(List<Measurement> measurements, long allocatedBytes) {
    var bySubject = new LinkedHashMap<Subject, List<Measurement>>();
    for (Measurement each : measurements) {
      bySubject
          .computeIfAbsent(new Subject(each.step(), each.tool()), _ -> new ArrayList<>())
          .add(each);
    }
    var medians = new LinkedHashMap<Subject, @Nullable Figures>();
    bySubject.forEach((subject, all) -> medians.put(subject, median(all)));
    var summaries = new ArrayList<Summary>();
    bySubject.forEach(
        (subject, all) -> summaries.add(summary(subject, all, medians, allocatedBytes)));
    summaries.sort(Comparator.comparing(Summary::step));
    return List.copyOf(summaries);
  }

  private static Summary summary(
      Subject subject,
      List<Measurement> all,
      Map<Subject, @Nullable Figures> medians,
      long allocatedBytes) {
    Figures figures = medians.get(subject);
    Figures atoll = medians.get(new Subject(subject.step(), Atoll.NAME));
    Outcome worst =
        all.stream().map(Measurement::outcome).max(Comparator.naturalOrder()).orElseThrow();
    Double speed =
        figures == null ? null : Math.round(allocatedBytes / figures.syncedSeconds() / 1e5) / 10.0;
    Ratios ratios = figures == null || atoll == null ? null : Ratios.of(figures, atoll);
    return new Summary(subject.step(), subject.tool(), worst, figures, speed, ratios);
  }

  private static @Nullable Figures median(List<Measurement> all) {
    var figures = new ArrayList<Figures>();
    for (Measurement each : all) {
      if (each.figures() != null) {
        figures.add(each.figures());
      }
    }
    if (figures.isEmpty()) {
      return null;
    }
    return new Figures(
        median(figures, Figures::seconds),
        median(figures, Figures::syncedSeconds),
        median(figures, Figures::cpuSeconds),
        Math.round(median(figures, Figures::peakBytes)),
        Math.round(median(figures, Figures::storedBytes)),
        Math.round(median(figures, Figures::diskBytes)),
        Math.round(median(figures, Figures::newDiskBytes)));
  }

  /** The middle value, or what is between the two in the middle. */
  private static double median(List<Figures> all, ToDoubleFunction<Figures> figure) {
    double[] sorted = all.stream().mapToDouble(figure).toArray();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
