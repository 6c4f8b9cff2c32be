package atoll.demo.service;

import atoll.demo.bench.Machine;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * All that was measured of a service.
 *
 * @param createdAt in ISO 8601 and UTC
 * @param database what kind
 * @param databaseBytes what it takes on the disk; null if that is not known
 * @param fillSeconds how long it took to fill
 * @param emptyStartSeconds starts of the service while there was nothing
 * @param startSeconds starts of the service with all that
 * @param startedBytes its memory when it has started
 * @param usedBytes its memory at the end
 * @param peakBytes the most it had
 */
record Report(
    String createdAt,
    Machine machine,
    String database,
    Sizes sizes,
    @Nullable Long databaseBytes,
    double fillSeconds,
    List<Double> emptyStartSeconds,
    List<Double> startSeconds,
    long startedBytes,
    long usedBytes,
    long peakBytes,
    List<Figure> figures,
    List<Load> loads) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  Report {
    emptyStartSeconds = List.copyOf(emptyStartSeconds);
    startSeconds = List.copyOf(startSeconds);
    figures = List.copyOf(figures);
    loads = List.copyOf(loads);
  }

  /** For programs. */
  String json() {
    return MAPPER.writeValueAsString(this) + "\n";
  }

  /** For people, and for documents: Markdown that reads well as it is. */
  String text() {
    var text = new StringBuilder();
    line(text, String.format(Locale.ROOT, "- %s", machine.line()));
    line(text, String.format(Locale.ROOT, "- %s: %s", database, sizes.line()));
    line(
        text,
        String.format(
            Locale.ROOT,
            "- filled in %.0f s%s",
            fillSeconds,
            databaseBytes == null ? "" : "; %,d MiB on the disk".formatted(databaseBytes >> 20)));
    line(
        text,
        String.format(
            Locale.ROOT,
            "- start, from the command to `ready`: %s s%s",
            seconds(startSeconds),
            emptyStartSeconds.isEmpty()
                ? ""
                : "; with an empty database " + seconds(emptyStartSeconds) + " s"));
    line(
        text,
        String.format(
            Locale.ROOT,
            "- memory of the service: %,d MiB when started, %,d MiB at the end, %,d MiB at most",
            startedBytes >> 20,
            usedBytes >> 20,
            peakBytes >> 20));
    for (Load load : loads) {
      line(
          text,
          String.format(
              Locale.ROOT,
              "- mixed reads, %d connections, service on %d processors: %,.0f a second, %.2f ms of a processor each; median %.1f ms, nine of ten below %.1f ms",
              load.connections(),
              load.processors(),
              load.perSecond(),
              load.cpuMillis(),
              load.medianMillis(),
              load.highMillis()));
    }
    line(text, "");
    line(
        text,
        String.format(
            Locale.ROOT,
            "| %-62s | calls | median ms | 90 %% ms | server ms | CPU ms |  KiB |",
            "call"));
    line(
        text,
        String.format(
            Locale.ROOT, "| %s | ---: | ---: | ---: | ---: | ---: | ---: |", "-".repeat(62)));
    for (Figure figure : figures) {
      line(
          text,
          String.format(
              Locale.ROOT,
              "| %-62s | %5d | %9.1f | %7.1f | %9s | %6.1f | %4s |",
              figure.what(),
              figure.calls(),
              figure.medianMillis(),
              figure.highMillis(),
              number(figure.serverMillis()),
              figure.cpuMillis(),
              figure.bytes() == null ? "" : String.valueOf(figure.bytes() >> 10)));
    }
    return text.toString();
  }

  private static String number(@Nullable Double value) {
    return value == null ? "" : String.format(Locale.ROOT, "%.1f", value);
  }

  private static String seconds(List<Double> all) {
    return String.join(
        ", ", all.stream().map(each -> String.format(Locale.ROOT, "%.2f", each)).toList());
  }

  private static void line(StringBuilder text, String line) {
    text.append(line.stripTrailing()).append('\n');
  }
}
