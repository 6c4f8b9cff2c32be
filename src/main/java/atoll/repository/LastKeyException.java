package atoll.repository;

import java.io.IOException;

/** A key that is not removed, because without it nobody might open the repository again. */
public final class LastKeyException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says why a key stays. */
  LastKeyException(String message) {
    super(message);
  }
}
