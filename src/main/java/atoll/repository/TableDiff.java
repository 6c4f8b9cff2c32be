package atoll.repository;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds where two tables differ by comparing digests of nodes: what is equal is not read, however
 * large it is. A table that is lower than the other stands as the first child of the nodes it
 * lacks.
 */
final class TableDiff {
  /** How many nodes are read ahead on each side. */
  private static final int READ_AHEAD = 8;

  /** A subtree of one of the tables: its top node, which may lie lower than the place it is at. */
  private record Side(@Nullable Reference top, int topLevel) {
    private static final Side EMPTY = new Side(null, 0);

    /** The part of it that is child {@code i} of a node of {@code level}. */
    Side child(int level, int i, @Nullable Node node) {
      if (top == null || (topLevel < level && i > 0)) {
        return EMPTY;
      }
      if (topLevel < level) {
        return this;
      }
      return node == null ? EMPTY : new Side(node.child(i), level - 1);
    }
  }

  private final NodeCache nodes;
  private final RangeMerger<SnapshotDifference.Kind> differences;
  private final long chunks;

  private TableDiff(
      NodeCache nodes, RangeMerger<SnapshotDifference.Kind> differences, long chunks) {
    this.nodes = nodes;
    this.differences = differences;
    this.chunks = chunks;
  }

  /** Visits, in order, where {@code later} differs from {@code earlier}, within the later. */
  static void visit(
      PointerTable earlier, PointerTable later, NodeCache nodes, DifferenceVisitor visitor)
      throws IOException {
    TableShape shape = later.shape();
    var differences =
        new RangeMerger<SnapshotDifference.Kind>(
            shape,
            0,
            shape.sizeBytes(),
            (at, length, kind) -> visitor.visit(new SnapshotDifference(at, length, kind)));
    int level = Math.max(earlier.depth(), later.depth()) - 1;
    new TableDiff(nodes, differences, shape.chunks())
        .compare(
            level,
            0,
            new Side(earlier.root(), earlier.depth() - 1),
            new Side(later.root(), later.depth() - 1));
    differences.finish();
  }

  private void compare(int level, long base, Side earlier, Side later) throws IOException {
    if (isSame(earlier, later) || base >= chunks) {
      return;
    }
    Node earlierNode = read(earlier, level);
    Node laterNode = read(later, level);
    for (int i = 0; i < Node.FAN_OUT; i++) {
      if (level == 0) {
        compareChunks(base + i, child(earlierNode, i), child(laterNode, i));
        continue;
      }
      if (i % READ_AHEAD == 0) {
        readAhead(level, i, earlierNode, laterNode);
      }
      compare(
          level - 1,
          base + i * TableShape.span(level),
          earlier.child(level, i, earlierNode),
          later.child(level, i, laterNode));
    }
  }

  private static boolean isSame(Side earlier, Side later) {
    if (earlier.top == null || later.top == null) {
      return earlier.top == null && later.top == null;
    }
    return earlier.topLevel == later.topLevel && earlier.top.digest().equals(later.top.digest());
  }

  private @Nullable Node read(Side side, int level) throws IOException {
    return side.top == null || side.topLevel < level ? null : nodes.read(side.top, level);
  }

  private static @Nullable Reference child(@Nullable Node node, int i) {
    return node == null ? null : node.child(i);
  }

  private void readAhead(int level, int from, @Nullable Node earlier, @Nullable Node later) {
    for (int i = from; i < from + READ_AHEAD; i++) {
      Reference before = child(earlier, i);
      Reference after = child(later, i);
      if (before != null && after != null && before.digest().equals(after.digest())) {
        continue;
      }
      if (before != null) {
        nodes.prefetch(before, level - 1);
      }
      if (after != null) {
        nodes.prefetch(after, level - 1);
      }
    }
  }

  private void compareChunks(long chunk, @Nullable Reference earlier, @Nullable Reference later)
      throws IOException {
    if (chunk >= chunks) {
      return;
    }
    if (earlier == null && later != null) {
      differences.add(chunk, chunk + 1, SnapshotDifference.Kind.ADDED);
    } else if (earlier != null && later == null) {
      differences.add(chunk, chunk + 1, SnapshotDifference.Kind.REMOVED);
    } else if (earlier != null && later != null && !earlier.digest().equals(later.digest())) {
      differences.add(chunk, chunk + 1, SnapshotDifference.Kind.CHANGED);
    }
  }
}
