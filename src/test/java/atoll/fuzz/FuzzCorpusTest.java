package atoll.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What fuzzing has found, and its seeds, fed again: in every build and without Jazzer. */
class FuzzCorpusTest {
  private static final Path CORPORA = Path.of("src/test/resources/fuzz");
  private static final long CORPORA_BYTES_MAX = 1 << 20;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  @Timeout(60)
  void corpusIsReadOrRefused(FuzzTargets target) throws Exception {
    try (FuzzTarget made = target.make(folder.resolve("target"))) {
      Map<String, byte[]> inputs = new LinkedHashMap<>();
      for (byte[] seed : made.seeds()) {
        inputs.put("seed " + inputs.size(), seed);
      }
      for (Path file : files(target.corpus())) {
        inputs.put(file.toString(), Files.readAllBytes(file));
      }
      for (Map.Entry<String, byte[]> input : inputs.entrySet()) {
        feed(made, input.getKey(), input.getValue());
      }
    }
  }

  private static void feed(FuzzTarget target, String name, byte[] input) {
    try {
      target.feed(input);
    } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError e) {
      throw new AssertionError(name, e);
    }
  }

  @Test
  void corporaStaySmallAndHaveTargets() throws IOException {
    long bytes = 0;
    for (Path file : files(CORPORA)) {
      bytes += Files.size(file);
      FuzzTargets.of(CORPORA.relativize(file).getName(0).toString());
    }
    assertThat(bytes).isLessThan(CORPORA_BYTES_MAX);
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return new ArrayList<>();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
