package atoll.format.vhd;

/**
 * Cylinders, heads and sectors of a track: the oldest way to say how large a disk is.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Disk Geometry".
 *
 * @param cylinders 16 bits
 * @param heads 8 bits
 * @param sectorsOfTrack 8 bits
 */
record Geometry(int cylinders, int heads, int sectorsOfTrack) {
  /** Says nothing of the size: QEMU writes and reads it as "see the current size". */
  static final Geometry LARGEST = new Geometry(65535, 16, 255);

  static Geometry of(int field) {
    return new Geometry(field >>> 16, field >>> 8 & 0xff, field & 0xff);
  }

  int field() {
    return cylinders << 16 | heads << 8 | sectorsOfTrack;
  }

  long sectors() {
    return (long) cylinders * heads * sectorsOfTrack;
  }

  /** QEMU compares the product, not the three numbers. */
  boolean isLargest() {
    return sectors() == LARGEST.sectors();
  }
}
