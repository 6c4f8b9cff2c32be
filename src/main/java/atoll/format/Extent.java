package atoll.format;

/**
 * A range of a block device and what an image holds there.
 *
 * @param offsetBytes where it begins on the device, at least 0
 * @param lengthBytes its length, at least 1
 */
public record Extent(long offsetBytes, long lengthBytes, Kind kind) {
  /** What an image can hold in a range. */
  public enum Kind {
    /** Bytes of its own. */
    DATA,
    /** Known to be zeros, without bytes: written as zeros or discarded. */
    ZERO,
    /** Nothing: what is beneath shows through; zeros if nothing is beneath. */
    ABSENT
  }

  public Extent {
    if (offsetBytes < 0 || lengthBytes < 1 || offsetBytes + lengthBytes < 0) {
      throw new IllegalArgumentException(
          "extent at " + offsetBytes + " of " + lengthBytes + " bytes");
    }
  }

  /** The first byte behind it. */
  public long endBytes() {
    return offsetBytes + lengthBytes;
  }
}
