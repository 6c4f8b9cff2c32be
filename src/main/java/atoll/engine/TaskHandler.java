package atoll.engine;

import atoll.model.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Does the tasks of one kind. A task may be done twice: whoever does it looks at what is still to
 * be done.
 */
@FunctionalInterface
interface TaskHandler {
  /** How an attempt that did not fail ended. */
  sealed interface Outcome {
    /** There is nothing left to do. */
    record Done() implements Outcome {}

    /** There is more to do, after a while; not a failure. */
    record Later(Duration pause) implements Outcome {}
  }

  /** Nothing is left to do. */
  Outcome DONE = new Outcome.Done();

  /**
   * Makes an attempt.
   *
   * @param progress hears how far it is
   * @throws IOException if it failed; it is tried again
   */
  Outcome run(Task task, Consumer<Progress> progress) throws IOException, InterruptedException;
}
