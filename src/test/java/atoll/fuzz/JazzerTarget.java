package atoll.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What Jazzer calls, by these names: it feeds the target that the property {@code
 * atoll.fuzz.target} names.
 */
public final class JazzerTarget {
  static final String TARGET = "atoll.fuzz.target";

  /** Jazzer knows static methods only. */
  private static @Nullable FuzzTarget target;

  private JazzerTarget() {}

  /** Makes the target. */
  public static void fuzzerInitialize() {
    try {
      target = FuzzTargets.of(System.getProperty(TARGET, "")).make(folder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In memory where that can be: a disk would be most of what is waited for. */
  static Path folder() throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory)
        ? Files.createTempDirectory(memory, "atoll-fuzz")
        : Files.createTempDirectory("atoll-fuzz");
  }

  /** Feeds it. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (target != null) {
      target.feed(input);
    }
  }

  /** Gives back what it held. */
  public static void fuzzerTearDown() throws IOException {
    if (target != null) {
      target.close();
    }
  }
}
