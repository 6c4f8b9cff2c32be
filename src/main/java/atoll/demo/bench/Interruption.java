package atoll.demo.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While this is open, a JVM that is told to end first interrupts the thread that opened this, and
 * waits until it has closed this: what that thread has running and lying about is gone by then.
 */
public final class Interruption implements AutoCloseable {
  /** Whoever cannot clean up in this time never will. */
  private static final long CLEANING_SECONDS = 60;

  private final Thread worker;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = Thread.ofPlatform().name("interruption").unstarted(this::interrupt);

  private Interruption(Thread worker) {
    this.worker = worker;
  }

  /** Of this thread. */
  public static Interruption open() {
    var interruption = new Interruption(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void interrupt() {
    worker.interrupt();
    try {
      // Too late or not, the JVM ends now: there is nobody left to tell.
      boolean _ = closed.await(CLEANING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook is what brought us here.
    }
    closed.countDown();
  }
}
