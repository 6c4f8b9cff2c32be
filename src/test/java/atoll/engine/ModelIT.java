package atoll.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random sequences of all verbs, with machines, stores and engines that fail, compared byte for
 * byte with a plain model.
 *
 * <p>{@code -Datoll.seed=N} tries one sequence again, {@code -Datoll.seeds=N} tries so many.
 */
class ModelIT {
  private static final int SEEDS = Boolean.getBoolean("atoll.long") ? 2000 : 200;

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
    try (var trial = ModelTrial.open(folder, seed)) {
      trial.run();
    }
  }
}
