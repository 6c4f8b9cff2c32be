package atoll.repository;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A piece of a pack to be fetched at once, and the records wanted of it, in the order they lie
 * there; several may be the same record.
 */
record ReadRun(
    ObjectId pack, ObjectId key, long offsetBytes, int lengthBytes, List<Wanted> wanted) {
  /** Bytes that are fetched for nothing rather than fetching twice. */
  private static final int GAP_MAX_BYTES = 128 << 10;

  /** The longest run of more than one record. */
  private static final int RUN_MAX_BYTES = 4 << 20;

  private static final Comparator<Wanted> BY_PLACE =
      Comparator.<Wanted>comparingLong(w -> w.reference().place().pack().high())
          .thenComparingLong(w -> w.reference().place().pack().low())
          .thenComparingLong(w -> w.reference().place().offsetBytes())
          .thenComparingLong(Wanted::chunk);

  /** Merges what lies near each other. */
  static List<ReadRun> of(List<Wanted> wanted) {
    var sorted = new ArrayList<>(wanted);
    sorted.sort(BY_PLACE);
    var runs = new ArrayList<ReadRun>();
    int first = 0;
    for (int i = 1; i <= sorted.size(); i++) {
      if (i == sorted.size() || !joins(sorted, first, i)) {
        runs.add(run(sorted.subList(first, i)));
        first = i;
      }
    }
    return runs;
  }

  private static boolean joins(List<Wanted> sorted, int first, int next) {
    Place start = sorted.get(first).reference().place();
    Place before = sorted.get(next - 1).reference().place();
    Place place = sorted.get(next).reference().place();
    return place.pack().equals(start.pack())
        && place.offsetBytes() - before.endBytes() <= GAP_MAX_BYTES
        && place.endBytes() - start.offsetBytes() <= RUN_MAX_BYTES;
  }

  private static ReadRun run(List<Wanted> wanted) {
    Place first = wanted.getFirst().reference().place();
    // What comes last need not end last: in a broken table records may overlap.
    long end = wanted.stream().mapToLong(w -> w.reference().place().endBytes()).max().orElseThrow();
    int length = Math.toIntExact(end - first.offsetBytes());
    return new ReadRun(first.pack(), first.key(), first.offsetBytes(), length, List.copyOf(wanted));
  }

  /** Where a record begins within what was fetched. */
  int positionOf(Place place) {
    return Math.toIntExact(place.offsetBytes() - offsetBytes);
  }
}
