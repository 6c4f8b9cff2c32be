package atoll.engine;

import java.io.IOException;

/**
 * A range in which a later snapshot differs from an earlier one.
 *
 * @param lengthBytes whole chunks, but for the end of the volume
 */
public record Difference(long offsetBytes, long lengthBytes, Kind kind) {
  /** How they differ. */
  public enum Kind {
    /** Zeros, or nothing yet, in the earlier, data in the later. */
    ADDED,
    /** Data in both, not the same. */
    CHANGED,
    /** Data in the earlier, zeros in the later. */
    REMOVED
  }

  /** Takes the differences one after the other. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes the next; an exception ends the walk and reaches its caller. */
    void visit(Difference difference) throws IOException;
  }
}
