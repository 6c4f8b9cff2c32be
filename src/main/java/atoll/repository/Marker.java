package atoll.repository;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
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

  /**
   * Marks the records of some packs.
   *
   * @param named hears of every place that a table names
   * @throws CannotCollectException if a table cannot be read
   */
  LiveRecords mark(Roots roots, Predicate<ObjectId> packs, Consumer<Place> named, Counter progress)
      throws IOException {
    requireReadable(roots);
    var live = new LiveRecords();
    try (var nodes = new NodeCache(parts.reader())) {
      var visit = new Visit(live, packs, named);
      var walk = new TableWalk(nodes, visit);
      List<Roots.Root> all = roots.all();
      for (int i = 0; i < all.size(); i++) {
        visit.root = all.get(i);
        walk.walk(all.get(i).reference(), all.get(i).depth() - 1);
        progress.counted(i + 1L, all.size());
      }
    }
    return live;
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
    private final LiveRecords live;
    private final Predicate<ObjectId> packs;
    private final Consumer<Place> named;
    private Roots.@Nullable Root root;

    private Visit(LiveRecords live, Predicate<ObjectId> packs, Consumer<Place> named) {
      this.live = live;
      this.packs = packs;
      this.named = named;
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
      named.accept(reference.place());
      Place place = parts.relocations().resolve(reference.place());
      if (!isThere(place)) {
        damaged(
            reference,
            new DamagedObjectException(
                ObjectNames.pack(place.pack()), place.offsetBytes(), "a record", "no such pack"));
      } else if (packs.test(place.pack())) {
        live.add(place);
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
