package atoll.format;

import java.io.IOException;
import java.nio.file.Path;

/**
 * An image file that breaks the rules of its format, or asks for what is not supported: names file
 * and field.
 */
public final class CorruptImageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says that {@code field} of {@code file} is wrong, and how. */
  public CorruptImageException(Path file, String field, String problem) {
    super(file + ": " + field + " " + problem);
  }
}
