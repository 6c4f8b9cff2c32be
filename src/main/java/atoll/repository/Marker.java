package atoll.repository;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds which records the tables of all roots need, wherever those lie by now. */
final class Marker {
  private static final Logger LOG = LoggerFactory.getLogger(Marker.class);

  private final RepositoryParts parts;
  private final CollectorClaim claim;
  private final boolean despiteDamage;
  private final Set<ObjectId> there;
  private final Set<UUID> neverWhole = new HashSet<>();

  /** {@code listed} are the packs that a listing shows. */
  Marker(RepositoryParts parts, CollectorClaim claim, boolean despiteDamage, Set<ObjectId> listed) {
    this.parts = parts;
    this.claim = claim;
    this.despiteDamage = despiteDamage;
    this.there = new HashSet<>(listed);
  }

  /** Takes what tables need. */
  @FunctionalInterface
  interface Needs {
    /** A table names a place; what lay there lies at another now, or still there. */
    void need(Place named, Place now);
  }

  /**
   * Walks over the tables of all roots; a node or chunk may be told of several times.
   *
   * @throws CannotCollectException if a table cannot be read
   */
  void mark(Roots roots, Needs needs, Counter progress) throws IOException {
    requireReadable(roots);
    try (var nodes = new NodeCache(parts.reader())) {
      var visit = new Visit(needs);
      var walk = new TableWalk(nodes, visit);
      List<Roots.Root> all = roots.all();
      for (int i = 0; i < all.size(); i++) {
        visit.root = all.get(i);
        walk.walk(all.get(i).reference(), all.get(i).depth() - 1);
        progress.counted(i + 1L, all.size());
      }
    }
  }

  private void requireReadable(Roots roots) throws CannotCollectException {
    for (Map.Entry<UUID, DamagedObjectException> snapshot : roots.damaged().entrySet()) {
      damaged(snapshot.getKey(), snapshot.getValue());
    }
  }

  private void damaged(UUID snapshot, DamagedObjectException damage) throws CannotCollectException {
    if (!despiteDamage) {
      throw new CannotCollectException(
          "snapshot %s: %s".formatted(snapshot, damage.getMessage()), damage);
    }
    LOG.warn("collecting although snapshot {} is damaged: {}", snapshot, damage.getMessage());
  }

  private final class Visit implements TableWalk.Visitor {
    private final Needs needs;
    private Roots.@Nullable Root root;

    private Visit(Needs needs) {
      this.needs = needs;
    }

    @Override
    public void node(Reference node, int level) throws IOException {
      claim.renewIfDue();
      add(node);
    }

    @Override
    public void chunk(Reference chunk) throws IOException {
      add(chunk);
    }

    private void add(Reference reference) throws IOException {
      Place place = parts.relocations().resolve(reference.place());
      if (!isThere(place)) {
        damaged(
            reference,
            new DamagedObjectException(
                ObjectNames.pack(place.pack()), place.offsetBytes(), "a record", "no such pack"));
      } else {
        needs.need(reference.place(), place);
      }
    }

    @Override
    public void damaged(Reference node, int level, DamagedObjectException damage)
        throws IOException {
      damaged(node, damage);
    }

    /** What only a lease names, or was written under one that was broken, need not be there. */
    private void damaged(Reference reference, DamagedObjectException damage) throws IOException {
      if (root == null || root.snapshot() == null) {
        LOG.info("{} of a writer that has ended is not there", reference.place(), damage);
      } else if (Lease.isBroken(root.lease(), parts)) {
        LOG.info("snapshot {} was never whole", root.snapshot(), damage);
        neverWhole.add(root.snapshot());
      } else {
        Marker.this.damaged(root.snapshot(), damage);
      }
    }
  }

  /** Snapshots that lack something, and were written under leases that were broken. */
  Set<UUID> neverWhole() {
    return neverWhole;
  }

  /** A listing may lag behind; a look at the object itself does not. */
  private boolean isThere(Place place) throws IOException {
    if (there.contains(place.pack())) {
      return true;
    }
    boolean isThere = parts.store().exists(ObjectNames.pack(place.pack()));
    if (isThere) {
      there.add(place.pack());
    }
    return isThere;
  }
}
