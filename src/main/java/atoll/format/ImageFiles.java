package atoll.format;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;

/** Files by name: what an image that names others is followed through. */
public interface ImageFiles {
  /**
   * The one name a file has, after all links are resolved.
   *
   * @throws NoSuchFileException if it is not there
   */
  Path real(Path named) throws IOException;

  /** Opens a file; whoever opens it closes it. */
  ImageFile open(Path file) throws IOException;

  /** When it was written to last. */
  Instant changedAt(Path file) throws IOException;
}
