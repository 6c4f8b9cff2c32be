package atoll.objectstore;

import java.io.IOException;

/** An object is longer than whoever asked for it can take. */
public final class ObjectTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says how long {@code key} of {@code store} is, and may be. */
  public ObjectTooLongException(String store, String key, long bytes, int bytesMax) {
    super("%s in %s has %d bytes, more than %d".formatted(key, store, bytes, bytesMax));
  }

  /** Refuses an object of so many bytes if that is too long. */
  static void check(String store, String key, long bytes, int bytesMax)
      throws ObjectTooLongException {
    if (bytes > bytesMax) {
      throw new ObjectTooLongException(store, key, bytes, bytesMax);
    }
  }
}
