package atoll.objectstore;

import java.io.IOException;

/** There is no object under a key. */
public final class NoSuchObjectException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says that {@code store} has no {@code key}. */
  public NoSuchObjectException(String store, String key) {
    super("no object " + key + " in " + store);
  }
}
