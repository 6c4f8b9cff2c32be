package atoll.format;

import java.io.IOException;

/** Something that can tell its extents, such as {@code v -> image.extents(0, sizeBytes, v)}. */
@FunctionalInterface
public interface ExtentSource {
  /** Visits all extents in order; gaps between them hold nothing. */
  void extents(ExtentVisitor visitor) throws IOException;
}
