package atoll.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets work in the background stand back where processors are short: guests and takes come first.
 *
 * <p>Linux keeps this for each thread, and threads and processes inherit it from the thread that
 * starts them. Source: Linux man-pages, setpriority(2).
 */
@SuppressWarnings("restricted") // the manifest enables native access
final class Niceness {
  private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);
  private static final int PRIO_PROCESS = 0;
  private static final int CALLING_THREAD = 0;
  private static final int BACKGROUND = 10;

  private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

  private static final MethodHandle SETPRIORITY =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("setpriority"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

  private Niceness() {}

  /** Makes the calling thread, and all that it starts, stand back. */
  static void standBack() {
    standBack(CALLING_THREAD);
  }

  /**
   * Makes the threads stand back that compile Java to machine code: in the first minutes of a
   * service they are half of its work, and a guest on a small host would feel it.
   */
  static void standBackCompilers() throws IOException {
    Path tasks = Path.of("/proc/self/task");
    if (!Files.isDirectory(tasks)) {
      return;
    }
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        if (COMPILER.matcher(name(thread)).lookingAt()) {
          standBack(Integer.parseInt(thread.getFileName().toString()));
        }
      }
    }
  }

  private static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm"));
    } catch (IOException e) {
      return ""; // it has ended, before its file was opened or after
    }
  }

  private static void standBack(int thread) {
    try {
      int result = (int) SETPRIORITY.invokeExact(PRIO_PROCESS, thread, BACKGROUND);
      if (result != 0) {
        LOG.debug("setpriority was refused: the background competes with guests");
      }
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority", e);
    }
  }
}
