package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lets each {@link Fault} happen at each {@link Step} of everything a process of Atoll does, while
 * a guest runs and writes.
 *
 * <p>Every step meets a kill of Atoll, and every sixth one another fault besides; with {@code
 * -Datoll.long=true} every step meets all of them; with {@code -Datoll.step=NAME} and {@code
 * -Datoll.fault=NAME} only these. The table goes to {@code target/reliability.md}.
 */
class EveryStepIT {
  private static final boolean LONG = Boolean.getBoolean("atoll.long");

  /** How long a store or a disk fails. */
  private static final int SECONDS = Integer.getInteger("atoll.fault.seconds", LONG ? 60 : 3);

  private static final int PROCESS_MINUTES = 10;

  @TempDir static Path folder;
  private static TrialSites sites;
  private static final List<Trial> BEGUN = new ArrayList<>();
  private static final Trials TRIALS = new Trials();

  record Trial(Step step, Fault fault, Future<?> outcome) {
    @Override
    public String toString() {
      return step + "-" + fault;
    }
  }

  @BeforeAll
  static void begin() throws Exception {
    sites = TrialSites.boot(folder);
    List<Fault> others = List.copyOf(EnumSet.complementOf(EnumSet.of(Fault.ATOLL_KILLED)));
    int turn = 0;
    for (Step step : Step.values()) {
      begin(step, Fault.ATOLL_KILLED);
      if (LONG) {
        others.forEach(fault -> begin(step, fault));
      } else if (turn++ % 6 == 0) {
        begin(step, others.get(turn / 6 % others.size()));
      }
    }
  }

  private static void begin(Step step, Fault fault) {
    if (isAskedFor("atoll.step", step) && isAskedFor("atoll.fault", fault)) {
      Future<?> outcome = sites.begin(step + "-" + fault, site -> happens(step, fault, site));
      BEGUN.add(new Trial(step, fault, outcome));
    }
  }

  @AfterAll
  static void end() throws Exception {
    sites.end();
    TRIALS.write(Path.of("target", "reliability.md"));
  }

  static List<Trial> begun() {
    return BEGUN;
  }

  private static boolean isAskedFor(String property, Enum<?> value) {
    return List.of(System.getProperty(property, value.name()).split(",")).contains(value.name());
  }

  private static void happens(Step step, Fault fault, TrialSite site) throws Exception {
    if (fault == Fault.DISK_FULL && !site.diskCanBeFull()) {
      return;
    }
    Process atoll = site.nextRound(step.name(), fault.name(), Integer.toString(SECONDS));
    try {
      assertThat(atoll.waitFor(PROCESS_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
      assertThat(atoll.exitValue()).as("exit code").isEqualTo(fault.exitCode());
    } finally {
      atoll.destroyForcibly().waitFor();
    }
    site.check(fault.endsMachines());
    TRIALS.held(step, fault);
  }

  @ParameterizedTest
  @MethodSource("begun")
  void nothingIsLost(Trial trial) throws Exception {
    TrialSites.await(trial.outcome);
    assumeTrue(TRIALS.hasHeld(trial.step, trial.fault), "this user may not mount");
  }
}
