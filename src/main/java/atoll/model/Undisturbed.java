package atoll.model;

import java.io.IOException;

/**
 * Work that must come to its end although its thread was interrupted, because else something would
 * stay half done; whoever is interested sees the interrupt afterwards.
 */
public final class Undisturbed {
  private Undisturbed() {}

  /** What is done. */
  @FunctionalInterface
  public interface Work {
    /** Does it. */
    void run() throws IOException;
  }

  /** Does it; an interrupt that comes meanwhile is heard all the same. */
  public static void run(Work work) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      work.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
