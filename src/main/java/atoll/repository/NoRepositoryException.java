package atoll.repository;

import java.io.IOException;

/** There is no repository in a store: it has no config. */
public final class NoRepositoryException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says that {@code store} has none. */
  public NoRepositoryException(String store) {
    super("there is no repository in " + store + ": it has no config");
  }
}
