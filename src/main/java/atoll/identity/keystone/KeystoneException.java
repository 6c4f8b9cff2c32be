package atoll.identity.keystone;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Keystone did not do what it was asked. */
final class KeystoneException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Trouble trouble;

  /** Says what was tried, and what was seen: for the log. */
  KeystoneException(Trouble trouble, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.trouble = trouble;
  }

  Trouble trouble() {
    return trouble;
  }
}
