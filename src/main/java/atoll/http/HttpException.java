package atoll.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The call cannot be answered as HTTP goes: no such route, no such method, a body that is none. */
public final class HttpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable Duration retryAfter;

  /** Refuses with a status and a sentence for the caller. */
  public HttpException(int status, String message) {
    this(status, message, null, null);
  }

  /** Refuses, and says when it may be tried again. */
  public HttpException(int status, String message, Duration retryAfter) {
    this(status, message, null, retryAfter);
  }

  /** Refuses, and says what was behind it. */
  public HttpException(int status, String message, Throwable cause) {
    this(status, message, cause, null);
  }

  private HttpException(
      int status, String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
    super(message, cause);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** The status of the answer: 400 and more. */
  public int status() {
    return status;
  }

  /** After which time it may be different; null if nothing is known of that. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
