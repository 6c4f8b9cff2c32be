package atoll.demo.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** Says on standard error what is done, and how long it took. */
public final class ProgressLines {
  private final PrintWriter err;
  private final boolean isQuiet;

  public ProgressLines(PrintWriter err, boolean isQuiet) {
    this.err = err;
    this.isQuiet = isQuiet;
  }

  /** Work that is said to be done. */
  @FunctionalInterface
  public interface Work<T> {
    T call() throws IOException, InterruptedException;
  }

  /** Says what work begins, and how long it took once it is done. */
  public <T> T during(String what, Work<T> work) throws IOException, InterruptedException {
    long start = System.nanoTime();
    say(what + " ...", false);
    boolean isDone = false;
    try {
      T result = work.call();
      isDone = true;
      return result;
    } finally {
      double seconds = (System.nanoTime() - start) / 1e9;
      say(String.format(Locale.ROOT, " %.1f s%s", seconds, isDone ? "" : ", not done"), true);
    }
  }

  /** Says something. */
  public void say(String what) {
    say(what, true);
  }

  private void say(String what, boolean endsLine) {
    if (isQuiet) {
      return;
    }
    err.print(endsLine ? what + System.lineSeparator() : what);
    err.flush();
  }
}
