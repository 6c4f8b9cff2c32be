package atoll.storage;

import java.io.IOException;

/**
 * What a layer held is not there, or damaged. To try again does not help until somebody has put it
 * back; what is above it cannot be read either.
 */
public final class LostContentException extends IOException {
  private static final long serialVersionUID = 1;

  public LostContentException(String message) {
    super(message);
  }
}
