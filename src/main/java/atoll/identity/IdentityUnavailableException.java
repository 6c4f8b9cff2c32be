package atoll.identity;

import java.io.IOException;
import java.time.Duration;

/** Whether a token is good cannot be told now. Who throws it has logged why. */
public final class IdentityUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /** Says what to tell the caller, and when it may try again. */
  public IdentityUnavailableException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /** After which time it may be different. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
