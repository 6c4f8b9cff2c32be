package atoll.engine;

import java.io.IOException;

/**
 * Work that must come to its end although its thread was interrupted, because else something would
 * stay half done; whoever is interested sees the interrupt afterwards.
 */
final class Undisturbed {
  private Undisturbed() {}

  /** What is done. */
  interface Work {
    void run() throws IOException;
  }

  /** Does it; an interrupt that comes meanwhile is heard all the same. */
  static void run(Work work) throws IOException {
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
