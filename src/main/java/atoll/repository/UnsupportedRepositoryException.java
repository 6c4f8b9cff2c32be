package atoll.repository;

import java.io.IOException;

/** A repository that this version of Atoll cannot read: names the parameter it does not know. */
public final class UnsupportedRepositoryException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says that {@code field} is not what this version knows. */
  public UnsupportedRepositoryException(String field, String known, Object found) {
    super("the repository has %s %s; this version knows %s".formatted(field, found, known));
  }
}
