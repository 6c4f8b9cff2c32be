package atoll.cli.client;

import java.io.IOException;

/** The service answered that it will not do what it was asked. */
final class RefusedByCloudException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedByCloudException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The status of its answer. */
  int status() {
    return status;
  }
}
