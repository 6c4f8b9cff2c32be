package atoll.cli.repository;

import java.util.concurrent.CountDownLatch;

/**
 * SIGTERM or SIGINT, waited for by a command that runs until it is ended so. Without this Java
 * would end in the midst of things, with the exit code of a process that was killed; with it the
 * command closes what it has open, and the exit code is 0.
 *
 * <p>To be closed last, when all else is closed.
 */
final class Termination implements AutoCloseable {
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onShutdown, "termination");

  private Termination() {}

  /** From now on the process ends when this is closed. */
  static Termination expect() {
    var termination = new Termination();
    Runtime.getRuntime().addShutdownHook(termination.hook);
    return termination;
  }

  /** Waits for the signal. */
  void await() throws InterruptedException {
    asked.await();
  }

  private void onShutdown() {
    asked.countDown();
    try {
      done.await();
    } catch (InterruptedException e) {
      return; // nobody does that; the process ends all the same
    }
    Runtime.getRuntime().halt(0);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      done.countDown(); // the signal has come, and the hook waits for this
    }
  }
}
