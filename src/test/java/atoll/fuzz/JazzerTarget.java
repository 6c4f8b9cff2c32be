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

  /**
   * Where a target may make a folder: in memory where that can be, since a disk would be most of
   * what is waited for.
   */
  static Path folder() {
    Path memory = Path.of("/dev/shm");
    Path parent = Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
    return parent.resolve("atoll-fuzz-" + ProcessHandle.current().pid());
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
