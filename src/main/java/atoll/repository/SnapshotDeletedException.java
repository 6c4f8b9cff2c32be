package atoll.repository;

import java.io.IOException;
import java.util.UUID;

/**
 * A snapshot that was to be written, but was deleted: its id is not used again as long as its
 * tombstone is there.
 */
public final class SnapshotDeletedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says that {@code id} was deleted. */
  public SnapshotDeletedException(UUID id) {
    super("snapshot " + id + " was deleted and is not written again");
  }
}
