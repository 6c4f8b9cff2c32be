package atoll.demo.bench;

import org.jspecify.annotations.Nullable;

/**
 * One step of one tool in one round.
 *
 * @param round from 1 on
 * @param failure what the tool said when it failed
 * @param figures what it took; null if it failed
 */
record Measurement(
    int round,
    Step step,
    String tool,
    Outcome outcome,
    @Nullable String failure,
    @Nullable Figures figures) {

  /** Of a step that was done, rightly or not. */
  static Measurement of(int round, Step step, String tool, Outcome outcome, Figures figures) {
    return new Measurement(round, step, tool, outcome, null, figures);
  }

  /** Of a step that failed. */
  static Measurement failed(int round, Step step, String tool, ToolFailedException failure) {
    return new Measurement(round, step, tool, Outcome.FAILED, failure.getMessage(), null);
  }
}
