package atoll.demo;

import atoll.demo.bench.Machine;
import java.util.List;
import java.util.Locale;

/**
 * How long a client waits for each verb.
 *
 * @param createdAt in ISO 8601 and UTC
 * @param pollMillis how often the client asks whether a thing is available
 */
record VerbReport(String createdAt, Machine machine, long pollMillis, List<Verb> verbs) {
  VerbReport {
    verbs = List.copyOf(verbs);
  }

  /**
   * One verb, as the client sees it: from the request to the first answer that says it is done.
   *
   * @param what for people
   * @param times how often it was called
   */
  record Verb(String what, int times, double medianMillis, double longestMillis) {}

  /** For people, and for documents: Markdown that reads well as it is. */
  String text() {
    var text = new StringBuilder();
    text.append("- ").append(machine.line()).append('\n');
    text.append("- the client asks every ").append(pollMillis).append(" ms\n\n");
    text.append("| %-66s | times | median ms | longest ms |%n".formatted("call"));
    text.append("| %s | ---: | ---: | ---: |%n".formatted("-".repeat(66)));
    for (Verb verb : verbs) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %-66s | %5d | %9.1f | %10.1f |%n",
              verb.what(),
              verb.times(),
              verb.medianMillis(),
              verb.longestMillis()));
    }
    return text.toString();
  }
}
