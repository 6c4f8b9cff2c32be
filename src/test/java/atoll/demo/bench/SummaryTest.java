package atoll.demo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final long ALLOCATED_BYTES = 100_000_000;

  private static Figures figures(double seconds) {
    return new Figures(seconds, 2 * seconds, 3 * seconds, 1000, 2000, 4096, 4096);
  }

  private static Measurement done(int round, Step step, String tool, double seconds) {
    return Measurement.of(round, step, tool, Outcome.DONE, figures(seconds));
  }

  @Test
  void mediansOfAllRoundsAreComparedWithThoseOfAtoll() {
    List<Summary> all =
        Summary.of(
            List.of(
                done(1, Step.RESTORE, Atoll.NAME, 1),
                done(1, Step.RESTORE, "other", 9),
                done(2, Step.RESTORE, "other", 4),
                done(2, Step.RESTORE, Atoll.NAME, 2),
                done(3, Step.RESTORE, Atoll.NAME, 50),
                done(3, Step.RESTORE, "other", 5)),
            ALLOCATED_BYTES);
    assertThat(all).extracting(Summary::tool).containsExactly(Atoll.NAME, "other");
    assertThat(all.getFirst().figures()).isEqualTo(figures(2));
    assertThat(all.getFirst().megabytesPerSecond()).isEqualTo(25);
    assertThat(all.getFirst().ratios()).isEqualTo(new Summary.Ratios(1.0, 1.0, 1.0, 1.0, 1.0));
    assertThat(all.getLast().figures()).isEqualTo(figures(5));
    assertThat(all.getLast().ratios()).isEqualTo(new Summary.Ratios(2.5, 2.5, 2.5, 1.0, 1.0));
  }

  @Test
  void ofTwoTheMedianIsBetweenThem() {
    List<Summary> all =
        Summary.of(
            List.of(
                done(1, Step.VERIFY, Atoll.NAME, 1),
                done(1, Step.FIRST_BACKUP, Atoll.NAME, 7),
                done(2, Step.VERIFY, Atoll.NAME, 2)),
            ALLOCATED_BYTES);
    assertThat(all).extracting(Summary::step).containsExactly(Step.FIRST_BACKUP, Step.VERIFY);
    assertThat(all.getLast().figures()).isEqualTo(figures(1.5));
  }

  @Test
  void theWorstOutcomeIsTold() {
    var failure = new ToolFailedException("no room");
    List<Summary> all =
        Summary.of(
            List.of(
                done(1, Step.RESTORE, Atoll.NAME, 1),
                Measurement.of(2, Step.RESTORE, Atoll.NAME, Outcome.WRONG, figures(1)),
                Measurement.failed(1, Step.RESTORE, "other", failure)),
            ALLOCATED_BYTES);
    assertThat(all.getFirst().outcome()).isEqualTo(Outcome.WRONG);
    assertThat(all.getLast().outcome()).isEqualTo(Outcome.FAILED);
    assertThat(all.getLast().figures()).isNull();
    assertThat(all.getLast().ratios()).isNull();
  }
}
