package atoll.objectstore;

import java.io.InterruptedIOException;
import java.time.Duration;

/** Lets time pass, where nobody could tell when it is enough. */
@FunctionalInterface
public interface Pauses {
  /** Sleeps. */
  Pauses SLEEP =
      length -> {
        try {
          Thread.sleep(length);
        } catch (InterruptedException e) {
          throw Interruption.of("a pause", e);
        }
      };

  /** Returns when so much time has passed. */
  void pause(Duration length) throws InterruptedIOException;
}
