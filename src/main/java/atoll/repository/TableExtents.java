package atoll.repository;

import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Which ranges of a snapshot are data, and which zeros. Used by any thread. */
final class TableExtents {
  private final TableReader table;
  private final TableShape shape;

  TableExtents(TableReader table, TableShape shape) {
    this.table = table;
    this.shape = shape;
  }

  /**
   * Visits, in order, what there is between two places of the volume.
   *
   * @param damage takes nodes that cannot be read: what is beneath them counts as zeros; if null
   *     they end the visit
   */
  void visit(long fromBytes, long toBytes, ExtentVisitor visitor, @Nullable DamageList damage)
      throws IOException {
    if (fromBytes == toBytes) {
      return;
    }
    long first = fromBytes / shape.chunkSizeBytes();
    long end = (toBytes - 1) / shape.chunkSizeBytes() + 1;
    var merger =
        new RangeMerger<Extent.Kind>(
            shape,
            fromBytes,
            toBytes,
            (at, length, kind) -> visitor.visit(new Extent(at, length, kind)));
    var next = new long[] {first};
    table.leaves(
        first,
        end,
        (leafFirst, leaf) -> {
          merger.add(next[0], Math.max(next[0], leafFirst), Extent.Kind.ZERO);
          next[0] = Math.max(next[0], leafFirst);
          long leafEnd = Math.min(end, leafFirst + Node.FAN_OUT);
          for (long chunk = next[0]; chunk < leafEnd; chunk++) {
            boolean isThere = leaf.has((int) (chunk - leafFirst));
            merger.add(chunk, chunk + 1, isThere ? Extent.Kind.DATA : Extent.Kind.ZERO);
          }
          next[0] = leafEnd;
        },
        damage);
    merger.add(next[0], end, Extent.Kind.ZERO);
    merger.finish();
  }
}
