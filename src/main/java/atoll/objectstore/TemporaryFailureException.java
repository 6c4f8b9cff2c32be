package atoll.objectstore;

import java.io.IOException;

/**
 * A store could not be reached, did not answer in time, or said that it is busy or ill: the same
 * request may succeed later. Whether this one was done is not known.
 */
public final class TemporaryFailureException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what failed. */
  public TemporaryFailureException(String message) {
    super(message);
  }

  /** Says what failed, and why. */
  public TemporaryFailureException(String message, Throwable cause) {
    super(message, cause);
  }
}
