package atoll.format.vhd;

/**
 * The kinds of VHD files.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Disk Type".
 */
public enum VhdType {
  /** All bytes of the disk, and then a footer. */
  FIXED(2),
  /** Only the blocks that were written to. */
  DYNAMIC(3),
  /** Only the sectors that differ from a parent. */
  DIFFERENCING(4);

  private final int code;

  VhdType(int code) {
    this.code = code;
  }

  /** The number that stands for it in a footer. */
  int code() {
    return code;
  }
}
