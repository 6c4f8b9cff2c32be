package atoll.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random sequences of all verbs, with machines, stores and engines that fail, compared byte for
 * byte with a plain model.
 *
 * <p>{@code -Datoll.seed=N} tries one sequence again, {@code -Datoll.seeds=N} tries so many.
 */
@Execution(ExecutionMode.CONCURRENT)
class ModelIT {
  private static final int SEEDS = Boolean.getBoolean("atoll.long") ? 2000 : 200;

  /** How often a sequence is tried whose machines were stuck with what it did to their disks. */
  private static final int ATTEMPTS_MAX = 3;

  @TempDir Path folder;

  static LongStream seeds() {
    Long one = Long.getLong("atoll.seed");
    return one == null
        ? LongStream.range(0, Integer.getInteger("atoll.seeds", SEEDS))
        : LongStream.of(one);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everythingIsAsTheModelSays(long seed) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Path site = Files.createDirectory(folder.resolve(Integer.toString(attempt)));
      try (var trial = ModelTrial.open(site, seed)) {
        try {
          trial.run();
          return;
        } catch (AssertionError e) {
          if (!trial.spoilt() || attempt == ATTEMPTS_MAX) {
            throw e;
          }
        }
      }
    }
  }
}
