package atoll.repository;

import java.io.IOException;
import java.util.UUID;

/** A key that opens none of the wrappers of a repository. */
public final class WrongKeyException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says that the key is not one of this repository. */
  public WrongKeyException(UUID repository, int wrappers) {
    super("the key opens none of the %d wrappers of repository %s".formatted(wrappers, repository));
  }
}
