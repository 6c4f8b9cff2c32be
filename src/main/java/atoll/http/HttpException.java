package atoll.http;

import org.jspecify.annotations.Nullable;

/** The call cannot be answered as HTTP goes: no such route, no such method, a body that is none. */
public final class HttpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /** Refuses with a status and a sentence for the caller. */
  public HttpException(int status, String message) {
    this(status, message, null);
  }

  /** Refuses, and says what was behind it. */
  public HttpException(int status, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** The status of the answer: 400 and more. */
  public int status() {
    return status;
  }
}
