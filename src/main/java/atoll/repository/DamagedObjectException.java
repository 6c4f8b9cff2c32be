package atoll.repository;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An object of the repository that is not what was written: names object, offset, what was expected
 * there and what was found. What does not need these bytes can still be read.
 */
public final class DamagedObjectException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String objectKey;
  private final long offsetBytes;

  /** Says that at {@code offsetBytes} of an object something else than expected was found. */
  public DamagedObjectException(String objectKey, long offsetBytes, String expected, String found) {
    this(objectKey, offsetBytes, expected, found, null);
  }

  /** Says it, with what brought it to light. */
  public DamagedObjectException(
      String objectKey,
      long offsetBytes,
      String expected,
      String found,
      @Nullable Throwable cause) {
    super(
        "%s is damaged at %d: expected %s, found %s"
            .formatted(objectKey, offsetBytes, expected, found),
        cause);
    this.objectKey = objectKey;
    this.offsetBytes = offsetBytes;
  }

  /** The key of the damaged object. */
  public String objectKey() {
    return objectKey;
  }

  /** Where in the object. */
  public long offsetBytes() {
    return offsetBytes;
  }
}
