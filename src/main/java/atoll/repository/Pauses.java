package atoll.repository;

import java.io.InterruptedIOException;
import java.time.Duration;

/** Lets time pass. */
@FunctionalInterface
interface Pauses {
  /** Sleeps. */
  Pauses SLEEP =
      length -> {
        try {
          Thread.sleep(length);
        } catch (InterruptedException e) {
          throw Failures.interrupted("a collection", e);
        }
      };

  /** Returns when so much time has passed. */
  void pause(Duration length) throws InterruptedIOException;
}
