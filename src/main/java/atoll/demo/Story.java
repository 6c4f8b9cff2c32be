package atoll.demo;

import atoll.engine.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells what happens, step by step, each with its time. On a terminal a step shows its progress
 * while it goes on; elsewhere it is one line when it is over.
 */
final class Story {
  private static final int BAR_CHARACTERS = 24;
  private static final long REDRAW_MILLIS = 120;
  private static final int TITLE_CHARACTERS = 58;

  private final PrintWriter out;
  private final boolean live;

  /** Tells it to {@code out}, which is a terminal if {@code live}. */
  Story(PrintWriter out, boolean live) {
    this.out = out;
    this.live = live;
  }

  /** What a step does. */
  @FunctionalInterface
  interface Step {
    /** Does it, and says in a few words what came of it. */
    String run() throws IOException, InterruptedException;
  }

  /** Begins a part of the story. */
  void part(String title) {
    out.println();
    out.println(title);
    out.flush();
  }

  /** Says something that takes no time. */
  void say(String text) {
    out.println("  " + text);
    out.flush();
  }

  /** Does a step whose progress nobody knows. */
  void step(String title, Step step) throws IOException, InterruptedException {
    step(title, () -> -1, step);
  }

  /**
   * Does a step.
   *
   * @param progress tells how far it is, from 0 to 1, or a negative number if that is not known
   */
  void step(String title, DoubleSupplier progress, Step step)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    @Nullable Thread painter =
        live ? Thread.ofVirtual().start(() -> paint(title, progress, start)) : null;
    String result;
    try {
      result = step.run();
    } catch (IOException | InterruptedException | RuntimeException e) {
      end(painter);
      out.printf(Locale.ROOT, "  %-" + TITLE_CHARACTERS + "s FAILED%n", title);
      if (e instanceof RefusedException) {
        throw new IOException(title + ": " + e.getMessage(), e);
      }
      throw e;
    }
    end(painter);
    double seconds = (System.nanoTime() - start) / 1e9;
    out.printf(Locale.ROOT, "  %-" + TITLE_CHARACTERS + "s %7.2f s  %s%n", title, seconds, result);
    out.flush();
  }

  private void end(@Nullable Thread painter) throws InterruptedException {
    if (painter != null) {
      painter.interrupt();
      painter.join();
      out.print("\r\033[K");
    }
  }

  private void paint(String title, DoubleSupplier progress, long start) {
    try {
      while (true) {
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(
            Locale.ROOT,
            "\r  %-" + TITLE_CHARACTERS + "s %7.1f s  %s",
            title,
            seconds,
            bar(progress.getAsDouble(), seconds));
        out.flush();
        TimeUnit.MILLISECONDS.sleep(REDRAW_MILLIS);
      }
    } catch (InterruptedException e) {
      // The step is over.
    }
  }

  private static String bar(double progress, double seconds) {
    if (progress < 0) {
      return "";
    }
    int full = (int) Math.round(Math.clamp(progress, 0.0, 1.0) * BAR_CHARACTERS);
    String left =
        progress > 0.05 ? "%4.0f s left".formatted(seconds / progress - seconds) : "           ";
    return "[%s%s] %3.0f %% %s"
        .formatted("#".repeat(full), "-".repeat(BAR_CHARACTERS - full), progress * 100, left);
  }
}
