package atoll.repository;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Brings what failed on one thread to another. */
final class Failures {
  private Failures() {}

  /**
   * The failure as an {@link IOException}; unchecked ones, which say that we were wrong, are thrown
   * as they are.
   */
  static IOException asIOException(@Nullable Throwable failure) {
    return switch (failure) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null -> new IOException("failed without a cause");
      default -> new IOException(failure);
    };
  }
}
