package atoll.repository;

import java.io.IOException;
import java.util.List;

/** Walks over the nodes and chunks of many tables; a subtree that several share once. */
final class TableWalk {
  /** Takes what is met. */
  interface Visitor {
    /** A node is about to be read. */
    void node(Reference node, int level) throws IOException;

    /** A leaf has this child; others may have the same. */
    void chunk(Reference chunk) throws IOException;

    /** A node cannot be read: what lies beneath it is passed over. */
    void damaged(Reference node, int level, DamagedObjectException damage) throws IOException;
  }

  private final NodeCache nodes;
  private final Visitor visitor;

  /** How many chunks lie beneath the nodes that were met, by the places that tables name. */
  private final PlaceMap seen = new PlaceMap();

  TableWalk(NodeCache nodes, Visitor visitor) {
    this.nodes = nodes;
    this.visitor = visitor;
  }

  /** How many nodes were met. */
  int nodesSeen() {
    return seen.size();
  }

  /** Visits what no walk before has visited of a table; gives how many chunks the table has. */
  long walk(PointerTable table) throws IOException {
    return table.root() == null ? 0 : walk(table.root(), table.depth() - 1);
  }

  /**
   * Visits what no walk before has visited of the subtree of a node; gives how many chunks are in
   * it, without those beneath damaged nodes.
   */
  long walk(Reference reference, int level) throws IOException {
    long known = seen.get(reference.place());
    if (known != PlaceMap.NONE) {
      return known;
    }
    visitor.node(reference, level);
    Node node;
    try {
      node = nodes.read(reference, level);
    } catch (DamagedObjectException e) {
      visitor.damaged(reference, level, e); // whoever needs it, too, shall know: it is not "seen"
      return 0;
    }
    List<Reference> children = node.present();
    long chunks = level == 0 ? children.size() : 0;
    for (int i = 0; i < children.size(); i++) {
      if (level == 0) {
        visitor.chunk(children.get(i));
        continue;
      }
      int last = Math.min(children.size(), i + NodeCache.PREFETCHES_MAX);
      for (int next = i == 0 ? 1 : last - 1; next < last; next++) {
        if (!seen.contains(children.get(next).place())) {
          nodes.prefetch(children.get(next), level - 1);
        }
      }
      chunks += walk(children.get(i), level - 1);
    }
    seen.put(reference.place(), chunks);
    return chunks;
  }
}
