package atoll.objectstore;

import java.io.InterruptedIOException;

/** What is thrown where an interrupt ends work that may fail with an {@code IOException} only. */
public final class Interruption {
  private Interruption() {}

  /** Restores the interrupt, and gives what says that {@code work} was ended by it. */
  public static InterruptedIOException of(String work, Throwable cause) {
    Thread.currentThread().interrupt();
    var failure = new InterruptedIOException(work + " was interrupted");
    failure.initCause(cause);
    return failure;
  }
}
