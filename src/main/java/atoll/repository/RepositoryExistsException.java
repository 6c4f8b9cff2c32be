package atoll.repository;

import java.io.IOException;

/** A repository that was to be made where one is, or where the data of a lost one lies. */
public final class RepositoryExistsException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says that {@code store} has {@code objectKey}. */
  public RepositoryExistsException(String store, String objectKey) {
    super(
        "there is a repository in %s already, or what is left of one: it has %s"
            .formatted(store, objectKey));
  }
}
