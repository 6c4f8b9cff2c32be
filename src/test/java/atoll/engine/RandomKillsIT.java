package atoll.engine;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kills Atoll, or all machines and then Atoll, at a random moment of everything it does, again and
 * again: {@code -Datoll.kills=N} times, 8 by default.
 */
class RandomKillsIT {
  private static final int KILLS = Integer.getInteger("atoll.kills", 8);

  /** How long a round takes at most if nothing goes wrong. */
  private static final int ROUND_MILLIS = 5000;

  private static final long SEED = Long.getLong("atoll.seed", 20_111_121);

  @TempDir static Path folder;
  private static TrialSite site;

  @BeforeAll
  static void boot() throws Exception {
    site = TrialSite.boot(folder);
  }

  @AfterAll
  static void end() throws Exception {
    site.end();
  }

  static IntStream kills() {
    return IntStream.range(0, KILLS);
  }

  @ParameterizedTest
  @MethodSource("kills")
  void nothingIsLost(int kill) throws Exception {
    var random = new Random(SEED + kill);
    Process atoll = site.nextRound();
    boolean lives = !atoll.waitFor(random.nextInt(ROUND_MILLIS), TimeUnit.MILLISECONDS);
    if (lives && random.nextInt(4) == 0) {
      site.killMachines();
    }
    atoll.destroyForcibly().waitFor();
    site.check();
  }
}
