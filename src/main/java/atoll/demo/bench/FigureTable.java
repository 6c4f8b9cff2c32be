package atoll.demo.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report as people read it: medians, a line for each tool in each step. */
final class FigureTable {
  private static final List<String> HEAD =
      List.of(
          "step",
          "tool",
          "s",
          "s, synced",
          "MB/s",
          "CPU s",
          "peak MiB",
          "on disk MiB",
          "new MiB",
          "times Atoll's",
          "");

  /** The first two columns are words. */
  private static final int WORDS = 2;

  private final Report report;

  FigureTable(Report report) {
    this.report = report;
  }

  /** For a terminal. */
  String text() {
    var rows = new ArrayList<List<String>>();
    rows.add(HEAD);
    report.medians().forEach(summary -> rows.add(row(summary)));
    var text = new StringBuilder();
    report.heading().forEach(line -> text.append(line).append('\n'));
    text.append(title()).append('\n');
    for (List<String> row : rows) {
      text.append(textLine(row, rows)).append('\n');
    }
    report.leftOut().forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  /** For a document. */
  String markdown() {
    var text = new StringBuilder();
    report.heading().forEach(line -> text.append("- ").append(line).append('\n'));
    report.leftOut().forEach(line -> text.append("- ").append(line).append('\n'));
    text.append('\n').append(title()).append(":\n\n");
    text.append(markdownLine(HEAD));
    text.append("| --- | --- |").append(" ---: |".repeat(HEAD.size() - WORDS)).append('\n');
    report.medians().forEach(summary -> text.append(markdownLine(row(summary))));
    return text.toString();
  }

  private String title() {
    return report.rounds() == 1 ? "One round" : "Medians of " + report.rounds() + " rounds";
  }

  private static String textLine(List<String> row, List<List<String>> all) {
    var line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      int column = i;
      int width = all.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
      String padding = " ".repeat(width - row.get(i).length());
      line.append(i < WORDS ? row.get(i) + padding : padding + row.get(i)).append("  ");
    }
    return line.toString().stripTrailing();
  }

  private static String markdownLine(List<String> row) {
    return "| " + String.join(" | ", row) + " |\n";
  }

  private static List<String> row(Summary summary) {
    Figures figures = summary.figures();
    Summary.Ratios ratios = summary.ratios();
    boolean stores = summary.step() != Step.VERIFY;
    var row = new ArrayList<>(List.of(summary.step().title(), summary.tool()));
    row.add(number("%.2f", figures == null ? null : figures.seconds()));
    row.add(number("%.2f", figures == null ? null : figures.syncedSeconds()));
    row.add(number("%.0f", summary.megabytesPerSecond()));
    row.add(number("%.2f", figures == null ? null : figures.cpuSeconds()));
    row.add(number("%,.0f", figures == null ? null : mebibytes(figures.peakBytes())));
    row.add(number("%,.1f", figures == null || !stores ? null : mebibytes(figures.diskBytes())));
    row.add(number("%,.1f", figures == null || !stores ? null : mebibytes(figures.newDiskBytes())));
    row.add(number("%.2f", ratios == null ? null : ratios.syncedSeconds()));
    row.add(summary.outcome().word());
    return row;
  }

  private static Double mebibytes(long bytes) {
    return bytes / 1048576.0;
  }

  private static String number(String format, @Nullable Double value) {
    return value == null ? "" : String.format(Locale.ROOT, format, value);
  }
}
