package atoll.objectstore;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Puts an object only where there is none: of several who try, the first succeeds. In Swift two may
 * succeed that are being done at the very same moment, since each of its servers looks only at what
 * it has itself: then what the later one put is there.
 */
@FunctionalInterface
public interface ConditionalPut {
  /**
   * Stores the rest of {@code content} under {@code key} if there is no object of that key; says
   * whether it did. If it fails, it may have been done; and if it tried again by itself, after an
   * answer was lost, it may say no of what it put itself.
   */
  boolean putNew(String key, ByteBuffer content) throws IOException;
}
