package atoll.hypervisor.qemu;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Reader;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The words of a {@link FreezeKeeper}, a line each, and what its JVM says in between. All it says
 * is heard, so that it never waits for us; of a flood only the beginning is kept.
 */
final class KeeperWords {
  private static final Pattern WORD = Pattern.compile("(frozen [0-9]{1,9}|thawed|late)|failed .*");

  /** A keeper says two words of a guest, each of which is waited for, its JVM a few warnings. */
  private static final int LINES_MAX = 100;

  private static final int LINE_CHARS_MAX = 1000;

  /** Stands for the end of the words; no line is like it. */
  private static final String END = "\n";

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private volatile boolean ended;

  /** Whether somebody waited for a word, and the keeper had ended. */
  boolean ended() {
    return ended;
  }

  /** Hears all that {@code out} says, up to its end; for one thread. */
  void hear(Reader out) {
    try {
      for (String line = readLine(out); line != null; line = readLine(out)) {
        if (lines.size() < LINES_MAX) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      lines.add(e.toString());
    } finally {
      lines.add(END);
    }
  }

  private static @Nullable String readLine(Reader out) throws IOException {
    int next = out.read();
    if (next < 0) {
      return null;
    }
    var line = new StringBuilder();
    for (; next >= 0 && next != '\n'; next = out.read()) {
      if (line.length() < LINE_CHARS_MAX) {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  /** Waits for the next word, or says what came instead of one. */
  String next(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    var noise = new StringBuilder(); // of the JVM
    try {
      while (true) {
        String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null) {
          return "the keeper said nothing within " + patience.toSeconds() + " s" + noise;
        }
        if (line.equals(END)) {
          ended = true;
          return "the keeper ended" + noise;
        }
        if (WORD.matcher(line).matches()) {
          return line;
        }
        noise.append("; ").append(line);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the guest's file systems were frozen");
    }
  }
}
