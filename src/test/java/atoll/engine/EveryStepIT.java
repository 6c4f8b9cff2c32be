package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lets each {@link Fault} happen at each {@link Step} of everything a process of Atoll does, while
 * a guest runs and writes.
 *
 * <p>Every step meets a kill of Atoll, and one of the other faults; with {@code -Datoll.long=true}
 * all of them; with {@code -Datoll.step=NAME} and {@code -Datoll.fault=NAME} only these. The table
 * goes to {@code target/reliability.md}.
 */
class EveryStepIT {
  private static final boolean LONG = Boolean.getBoolean("atoll.long");

  /** How long a store or a disk fails. */
  private static final int SECONDS = Integer.getInteger("atoll.fault.seconds", LONG ? 60 : 3);

  @TempDir static Path folder;
  private static TrialSite site;
  private static final Trials TRIALS = new Trials();

  @BeforeAll
  static void boot() throws Exception {
    site = TrialSite.boot(folder);
  }

  @AfterAll
  static void end() throws Exception {
    site.end();
    TRIALS.write(Path.of("target", "reliability.md"));
  }

  static List<Arguments> trials() {
    List<Fault> others = List.copyOf(EnumSet.complementOf(EnumSet.of(Fault.ATOLL_KILLED)));
    var trials = new ArrayList<Arguments>();
    int turn = 0;
    for (Step step : Step.values()) {
      var faults = new ArrayList<>(List.of(Fault.ATOLL_KILLED));
      faults.addAll(LONG ? others : others.subList(turn, turn + 1));
      turn = (turn + 1) % others.size();
      for (Fault fault : faults) {
        if (isAskedFor("atoll.step", step) && isAskedFor("atoll.fault", fault)) {
          trials.add(Arguments.of(step, fault));
        }
      }
    }
    return trials;
  }

  private static boolean isAskedFor(String property, Enum<?> value) {
    return value.name().equals(System.getProperty(property, value.name()));
  }

  @ParameterizedTest
  @MethodSource("trials")
  void nothingIsLost(Step step, Fault fault) throws Exception {
    assumeTrue(fault != Fault.DISK_FULL || site.diskCanBeFull(), "this user may not mount");
    Process atoll = site.nextRound(step.name(), fault.name(), Integer.toString(SECONDS));
    assertThat(atoll.waitFor(5, TimeUnit.MINUTES)).as("the process ends").isTrue();
    assertThat(atoll.exitValue())
        .as("%s at %s: %s", fault, step, Files.readString(site.log()))
        .isEqualTo(fault.killsAtoll() ? 128 + 9 : 0);
    site.check();
    TRIALS.held(step, fault);
  }
}
