package atoll.repository;

/**
 * A range in which a later snapshot differs from an earlier one, in whole chunks of the later one.
 *
 * @param lengthBytes its length; at the end of the volume not a whole chunk
 */
public record SnapshotDifference(long offsetBytes, long lengthBytes, Kind kind) {
  /** How they differ. */
  public enum Kind {
    /** Zeros, or nothing yet, in the earlier, data in the later. */
    ADDED,
    /** Data in both, not the same. */
    CHANGED,
    /** Data in the earlier, zeros in the later. */
    REMOVED
  }
}
