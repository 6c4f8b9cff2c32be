package atoll.repository;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Looks chunks up in a pointer table; used by many threads. */
final class TableReader {
  private static final int READ_AHEAD = 8;

  private final PointerTable table;
  private final NodeCache nodes;

  TableReader(PointerTable table, NodeCache nodes) {
    this.table = table;
    this.nodes = nodes;
  }

  /** Where a chunk lies; nothing where it is zeros, or behind the volume. */
  @Nullable Reference find(long chunk) throws IOException {
    Reference leaf = leaf(chunk);
    return leaf == null ? null : nodes.read(leaf, 0).child(TableShape.slot(chunk, 0));
  }

  /** Begins to read the leaf that {@link #find} will want for a chunk. */
  void prefetch(long chunk) throws IOException {
    prefetch(leaf(chunk), 0);
  }

  /** Takes the leaves of a table. */
  @FunctionalInterface
  interface LeafVisitor {
    /** A leaf that stands for 256 chunks from {@code firstChunk} on. */
    void leaf(long firstChunk, Node leaf) throws IOException;
  }

  /**
   * Visits, in order, the leaves that are there and stand for any of the chunks from {@code first}
   * up to {@code end}; reads some leaves ahead.
   */
  void leaves(long first, long end, LeafVisitor visitor) throws IOException {
    leaves(first, end, visitor, null);
  }

  /**
   * Visits leaves likewise, but passes over those beneath nodes that cannot be read.
   *
   * @param damage takes such nodes; nodes in it count as damaged; if null they end the visit
   */
  void leaves(long first, long end, LeafVisitor visitor, @Nullable DamageList damage)
      throws IOException {
    if (table.root() != null && first < end) {
      leaves(table.root(), table.depth() - 1, 0, new Visit(first, end, visitor, damage));
    }
  }

  private record Visit(long first, long end, LeafVisitor visitor, @Nullable DamageList damage) {}

  private void leaves(Reference reference, int level, long base, Visit visit) throws IOException {
    if (visit.damage != null && visit.damage.contains(reference.place())) {
      return;
    }
    Node node;
    try {
      node = nodes.read(reference, level);
    } catch (DamagedObjectException e) {
      if (visit.damage == null) {
        throw e;
      }
      visit.damage.add(reference, PackEntry.NODE, e);
      return;
    }
    if (level == 0) {
      visit.visitor.leaf(base, node);
      return;
    }
    long span = TableShape.span(level);
    int from = (int) Math.max(0, (visit.first - base) / span);
    int to = (int) Math.min(Node.FAN_OUT, (visit.end - base + span - 1) / span);
    int ahead = from;
    for (int i = from; i < to; i++) {
      Reference child = node.child(i);
      if (child == null) {
        continue;
      }
      for (ahead = Math.max(ahead, i + 1); ahead < Math.min(to, i + 1 + READ_AHEAD); ahead++) {
        prefetch(node.child(ahead), level - 1);
      }
      leaves(child, level - 1, base + i * span, visit);
    }
  }

  private void prefetch(@Nullable Reference node, int level) {
    if (node != null) {
      nodes.prefetch(node, level);
    }
  }

  private @Nullable Reference leaf(long chunk) throws IOException {
    Reference node = chunk < TableShape.span(table.depth()) ? table.root() : null;
    for (int level = table.depth() - 1; level > 0 && node != null; level--) {
      node = nodes.read(node, level).child(TableShape.slot(chunk, level));
    }
    return node;
  }
}
