package atoll.repository;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
  private final Set<Relocations.OldPlace> seen = new HashSet<>();

  TableWalk(NodeCache nodes, Visitor visitor) {
    this.nodes = nodes;
    this.visitor = visitor;
  }

  /** How many nodes were met. */
  int nodesSeen() {
    return seen.size();
  }

  /** Visits what no walk before has visited of a table. */
  void walk(PointerTable table) throws IOException {
    if (table.root() != null) {
      walk(table.root(), table.depth() - 1);
    }
  }

  /** Visits what no walk before has visited of the subtree of a node. */
  void walk(Reference reference, int level) throws IOException {
    if (!seen.add(Relocations.OldPlace.of(reference.place()))) {
      return;
    }
    visitor.node(reference, level);
    Node node;
    try {
      node = nodes.read(reference, level);
    } catch (DamagedObjectException e) {
      seen.remove(Relocations.OldPlace.of(reference.place())); // whoever needs it, too, shall know
      visitor.damaged(reference, level, e);
      return;
    }
    List<Reference> children = node.present();
    for (int i = 0; i < children.size(); i++) {
      if (level == 0) {
        visitor.chunk(children.get(i));
        continue;
      }
      int last = Math.min(children.size(), i + NodeCache.PREFETCHES_MAX);
      for (int next = i == 0 ? 1 : last - 1; next < last; next++) {
        if (!seen.contains(Relocations.OldPlace.of(children.get(next).place()))) {
          nodes.prefetch(children.get(next), level - 1);
        }
      }
      walk(children.get(i), level - 1);
    }
  }
}
