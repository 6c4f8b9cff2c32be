package atoll.demo.bench;

import java.io.IOException;

/** A program was run, and ended with another code than 0. */
final class ToolFailedException extends IOException {
  private static final long serialVersionUID = 1;

  ToolFailedException(String message) {
    super(message);
  }
}
