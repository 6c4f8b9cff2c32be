package atoll.repository;

import java.io.IOException;

/** Nothing was collected, because it cannot be told what is in use. */
public final class CannotCollectException extends IOException {
  private static final long serialVersionUID = 1;

  CannotCollectException(String why, Exception cause) {
    super(
        "nothing was collected, since it cannot be told what is in use: %s; delete the snapshots that need it, or collect despite the damage"
            .formatted(why),
        cause);
  }
}
