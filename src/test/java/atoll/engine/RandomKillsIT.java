package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kills Atoll, or all machines and then Atoll, at a random moment of everything it does, again and
 * again: {@code -Datoll.kills=N} times, by default 2,000 with {@code -Datoll.long=true} and else 8.
 *
 * <p>One in four is killed again before anybody has looked: a service dies that has another's death
 * to clear up. What came of it goes to {@code target/random-kills.md}.
 */
class RandomKillsIT {
  private static final int KILLS =
      Integer.getInteger("atoll.kills", Boolean.getBoolean("atoll.long") ? 2000 : 8);

  private static final long SEED = Long.getLong("atoll.seed", 20_111_121);

  /** After so many a round goes to its end, which tells how long one takes now. */
  private static final int ROUND_MEASURED_EVERY = 20;

  private static final int ROUND_MINUTES = 5;

  @TempDir static Path folder;
  private static TrialSites sites;
  private static final List<Future<?>> BEGUN = new ArrayList<>();
  private static final AtomicLong ROUND_MILLIS = new AtomicLong();
  private static final AtomicInteger KILLED = new AtomicInteger();
  private static final AtomicInteger MACHINES_KILLED = new AtomicInteger();
  private static final AtomicInteger HELD = new AtomicInteger();

  @BeforeAll
  static void begin() throws Exception {
    sites = TrialSites.boot(folder);
    for (int kill = 0; kill < KILLS; kill++) {
      int number = kill;
      BEGUN.add(sites.begin("seed-%d-kill-%d".formatted(SEED, kill), site -> kill(number, site)));
    }
  }

  @AfterAll
  static void end() throws Exception {
    sites.end();
    Files.writeString(
        Path.of("target", "random-kills.md"),
        "Seed %d: Atoll was killed %d times, %d times of them with all machines; of %d looks %d held.%n"
            .formatted(SEED, KILLED.get(), MACHINES_KILLED.get(), KILLS, HELD.get()));
  }

  static IntStream kills() {
    return IntStream.range(0, KILLS);
  }

  private static void kill(int number, TrialSite site) throws Exception {
    if (number % ROUND_MEASURED_EVERY == 0) {
      measureRound(site);
    }
    var random = new Random(SEED + number);
    boolean machinesToo = false;
    do {
      machinesToo |= killSomewhere(random, site);
    } while (random.nextInt(4) == 0);
    site.check(machinesToo);
    HELD.incrementAndGet();
  }

  private static void measureRound(TrialSite site) throws Exception {
    long start = System.nanoTime();
    Process atoll = site.nextRound();
    try {
      assertThat(atoll.waitFor(ROUND_MINUTES, TimeUnit.MINUTES)).as("the process ends").isTrue();
      assertThat(atoll.exitValue()).as("exit code").isZero();
    } finally {
      atoll.destroyForcibly().waitFor();
    }
    ROUND_MILLIS.set(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    site.check(false);
  }

  /** Whether it killed the machines, too. */
  private static boolean killSomewhere(Random random, TrialSite site) throws Exception {
    double when = random.nextDouble();
    boolean machinesToo = random.nextInt(4) == 0;
    Process atoll = site.nextRound();
    boolean lives = !atoll.waitFor((long) (when * ROUND_MILLIS.get()), TimeUnit.MILLISECONDS);
    if (lives) {
      KILLED.incrementAndGet();
    }
    if (lives && machinesToo) {
      MACHINES_KILLED.incrementAndGet();
      site.killMachines();
    }
    atoll.destroyForcibly().waitFor();
    return lives && machinesToo;
  }

  @ParameterizedTest
  @MethodSource("kills")
  void nothingIsLost(int kill) throws Exception {
    TrialSites.await(BEGUN.get(kill));
  }
}
