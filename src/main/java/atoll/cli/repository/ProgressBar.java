package atoll.cli.repository;

import atoll.repository.ProgressListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/**
 * How far a long command is: a line that is written over on a terminal, a line now and then
 * otherwise. Used by any thread.
 */
final class ProgressBar {
  private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int WIDTH = 30;

  @Option(names = "--no-progress", description = "Do not tell how far it is.")
  private boolean isQuiet;

  /** Begins to tell of some work; to be closed when it is over. */
  Line begin(PrintWriter err, String work) {
    return new Line(err, work, isQuiet, isTerminal());
  }

  /** Whether standard error is a terminal: Java's console tells of the other two streams only. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** The work of one name. */
  static final class Line implements ProgressListener, AutoCloseable {
    private final PrintWriter err;
    private final String work;
    private final boolean isQuiet;
    private final boolean isTerminal;
    private final long start = System.nanoTime();
    private long drawn = start;
    private int drawnLength;

    Line(PrintWriter err, String work, boolean isQuiet, boolean isTerminal) {
      this.err = err;
      this.work = work;
      this.isQuiet = isQuiet;
      this.isTerminal = isTerminal;
    }

    @Override
    public synchronized void progressed(long doneBytes, long totalBytes) {
      if (isDue()) {
        show(text(doneBytes, totalBytes, (drawn - start) / 1e9));
      }
    }

    /** Shows how many things are done. */
    synchronized void counted(String what, long done, long total) {
      if (isDue()) {
        show("%s: %s %d of %d".formatted(work, what, done, total));
      }
    }

    /** Whether it is time to show how far it is; if so it counts as shown. */
    private boolean isDue() {
      long now = System.nanoTime();
      if (isQuiet || now - drawn < (isTerminal ? REDRAW_NANOS : LINE_NANOS)) {
        return false;
      }
      drawn = now;
      return true;
    }

    private String text(long done, long total, double seconds) {
      double part = total > 0 ? Math.min(1, (double) done / total) : 0;
      double rate = seconds > 0 ? done / seconds : 0;
      String left = rate > 0 ? Amounts.duration((long) ((total - done) / rate)) : "?";
      int full = (int) (part * WIDTH);
      String bar = isTerminal ? " [" + "=".repeat(full) + " ".repeat(WIDTH - full) + "]" : "";
      return "%s%s %3.0f %% of %s, %s/s, %s left"
          .formatted(work, bar, 100 * part, Amounts.bytes(total), Amounts.bytes((long) rate), left);
    }

    private void show(String text) {
      if (isTerminal) {
        err.print("\r" + text + " ".repeat(Math.max(0, drawnLength - text.length())));
        err.flush();
        drawnLength = text.length();
      } else {
        err.println(text);
      }
    }

    @Override
    public synchronized void close() {
      if (drawnLength > 0) {
        err.print("\r" + " ".repeat(drawnLength) + "\r");
        err.flush();
      }
    }
  }
}
