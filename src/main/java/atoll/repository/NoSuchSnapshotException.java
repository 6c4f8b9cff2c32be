package atoll.repository;

import java.io.IOException;
import java.util.UUID;

/** There is no snapshot of an id, or it was deleted. */
public final class NoSuchSnapshotException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says that there is no snapshot {@code id}. */
  public NoSuchSnapshotException(UUID id) {
    super("there is no snapshot " + id);
  }
}
