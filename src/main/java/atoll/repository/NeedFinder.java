package atoll.repository;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Finds which ranges of which snapshots need what was found damaged. */
final class NeedFinder {
  private final NodeCache nodes;
  private final DamageList damage;

  /** Nodes under which nothing is damaged. */
  private final Set<Place> clean = new HashSet<>();

  NeedFinder(NodeCache nodes, DamageList damage) {
    this.nodes = nodes;
    this.damage = damage;
  }

  void find(List<StoredSnapshot> snapshots) throws IOException {
    for (StoredSnapshot snapshot : snapshots) {
      PointerTable table = snapshot.table();
      if (table.root() != null) {
        find(snapshot.manifest().id(), table.shape(), table.root(), table.depth() - 1, 0);
      }
    }
  }

  /** Whether anything is damaged in the subtree of a node; notes it. */
  private boolean find(UUID id, TableShape shape, Reference reference, int level, long base)
      throws IOException {
    if (damage.contains(reference.place())) {
      need(id, shape, reference.place(), base, TableShape.span(level + 1));
      return true;
    }
    if (clean.contains(reference.place())) {
      return false;
    }
    Node node;
    try {
      node = nodes.read(reference, level);
    } catch (DamagedObjectException e) { // it was whole when the tables were walked first
      damage.add(reference, PackEntry.NODE, e);
      need(id, shape, reference.place(), base, TableShape.span(level + 1));
      return true;
    }
    boolean isDamaged = false;
    for (int i = 0; i < Node.FAN_OUT; i++) {
      Reference child = node.child(i);
      if (child == null) {
        continue;
      }
      long first = base + i * TableShape.span(level);
      if (level > 0) {
        isDamaged |= find(id, shape, child, level - 1, first);
      } else if (damage.contains(child.place())) {
        need(id, shape, child.place(), first, 1);
        isDamaged = true;
      }
    }
    if (!isDamaged) {
      clean.add(reference.place());
    }
    return isDamaged;
  }

  private void need(UUID id, TableShape shape, Place place, long first, long chunks) {
    long offset = shape.offsetOf(first);
    long end = shape.offsetOf(Math.min(shape.chunks(), first + chunks));
    long length = Math.min(end, shape.sizeBytes()) - offset;
    damage.addNeed(place, new VerifyReport.Need(id, offset, length));
  }
}
