package atoll.repository;

import org.jspecify.annotations.Nullable;

/**
 * Some of all packs, by their ids: what is too much to be kept in mind is looked at range by range.
 *
 * <p>Packs of one writing share the first half of their ids; their order here is that of the
 * second, which is random. Not thread-safe.
 */
final class PackRange {
  private static final long POSITIONS = 1L << 32;

  private final long from;
  private long end = POSITIONS;

  private PackRange(long from) {
    this.from = from;
  }

  /** All there are. */
  static PackRange all() {
    return new PackRange(0);
  }

  /** Whether a pack is in it. */
  boolean contains(ObjectId pack) {
    long position = pack.low() >>> 32;
    return from <= position && position < end;
  }

  /** Leaves the second half to the ranges behind it; whether there are two halves. */
  boolean halve() {
    if (end - from < 2) {
      return false;
    }
    end = from + (end - from) / 2;
    return true;
  }

  /** All that is behind it, if there is anything. */
  @Nullable PackRange rest() {
    return end == POSITIONS ? null : new PackRange(end);
  }

  /** How many of {@code total} are done in all ranges when {@code done} are in this one. */
  long progress(long done, long total) {
    double before = (double) from / POSITIONS;
    double share = (double) (end - from) / POSITIONS;
    return Math.round(before * total + share * done);
  }
}
