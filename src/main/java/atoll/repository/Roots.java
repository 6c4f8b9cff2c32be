package atoll.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a collection must keep: all tables that anybody can still come to use. During a collection
 * they only become more: what was a root at one look stays one, even if it is deleted meanwhile,
 * since a writer may just have taken it as its parent.
 *
 * <p>Source: docs/repository-format.md, "Collection".
 */
final class Roots {
  private static final Logger LOG = LoggerFactory.getLogger(Roots.class);
  private static final int MANIFESTS_AT_ONCE = 16;

  /**
   * The root of a table.
   *
   * @param snapshot which it is the table of; nothing if only a lease names it
   * @param lease the lease that names it, or that its snapshot was written under
   */
  record Root(@Nullable UUID snapshot, ObjectId lease, Reference reference, int depth) {}

  private final RepositoryParts parts;
  private final Manifests manifests;
  private final CommitRecords commits;
  private final Set<UUID> deletedBefore;
  private final Set<ObjectId> brokenBefore = new HashSet<>();
  private final Map<UUID, StoredSnapshot> snapshots = new HashMap<>();
  private final Map<ObjectId, LeaseJson> leases = new HashMap<>();
  private final Map<UUID, DamagedObjectException> damaged = new HashMap<>();

  /** Begins with no root; what is deleted by now is none. */
  Roots(RepositoryParts parts, CommitRecords commits) throws IOException {
    this.parts = parts;
    this.manifests = parts.manifests();
    this.commits = commits;
    this.deletedBefore = manifests.deletedIds();
    parts.store().list(ObjectNames.BROKEN, (key, _) -> brokenBefore.add(ObjectNames.id(key)));
  }

  /**
   * Adds what is there now, as far as a listing shows; gives the leases that there are.
   *
   * @throws UnsupportedRepositoryException if there is a snapshot of which this version cannot tell
   *     what it needs
   */
  Collection<ObjectId> look() throws IOException {
    Collection<ObjectId> running = lookAtLeases();
    var ids = new HashSet<>(manifests.writtenIds(key -> LOG.warn("{} is no snapshot's name", key)));
    ids.addAll(manifests.deletedIds());
    ids.addAll(commits.read());
    addAll(ids);
    return running;
  }

  /** The snapshots that had tombstones when this began. */
  Set<UUID> deletedBefore() {
    return deletedBefore;
  }

  private Collection<ObjectId> lookAtLeases() throws IOException {
    var ids = new ArrayList<ObjectId>();
    parts.store().list(ObjectNames.LEASES, (key, _) -> ids.add(ObjectNames.id(key)));
    for (ObjectId id : ids) {
      try {
        LeaseJson lease = Lease.find(id, parts);
        if (lease != null) {
          leases.put(id, lease);
        }
      } catch (DamagedObjectException e) {
        LOG.warn("lease {} cannot be read", id, e);
      }
    }
    return ids;
  }

  /** Adds snapshots that were there before, or that somebody may just have written. */
  void addAll(Collection<UUID> ids) throws IOException {
    try (var tasks = new ParallelTasks(MANIFESTS_AT_ONCE)) {
      for (UUID id : ids) {
        if (!deletedBefore.contains(id) && !isKnown(id)) {
          tasks.submit(() -> add(id));
        }
      }
      tasks.finish();
    }
  }

  /** A manifest is only ever replaced if its lease was broken. */
  private synchronized boolean isKnown(UUID id) {
    StoredSnapshot snapshot = snapshots.get(id);
    return snapshot != null && !brokenBefore.contains(snapshot.lease());
  }

  /** Adds a snapshot if it is there, or was when it was deleted. */
  void add(UUID id) throws IOException {
    StoredSnapshot snapshot;
    try {
      snapshot = manifests.find(id);
      if (snapshot == null) {
        snapshot = manifests.findDeleted(id);
      }
    } catch (DamagedObjectException e) {
      synchronized (this) {
        damaged.put(id, e);
      }
      return;
    }
    synchronized (this) {
      damaged.remove(id);
      if (snapshot != null) {
        snapshots.put(id, snapshot);
      }
    }
  }

  /** Leases that were broken before, and the snapshots that were written under them. */
  Map<ObjectId, UUID> written() {
    var written = new HashMap<ObjectId, UUID>();
    for (StoredSnapshot snapshot : snapshots.values()) {
      if (brokenBefore.contains(snapshot.lease())) {
        written.put(snapshot.lease(), snapshot.manifest().id());
      }
    }
    return written;
  }

  /** Whether a snapshot was there at some look. */
  synchronized boolean contains(UUID id) {
    return snapshots.containsKey(id) || damaged.containsKey(id);
  }

  /** Whether there is a snapshot that was written under a lease, as far as it was added. */
  synchronized boolean isWrittenUnder(ObjectId lease, UUID id) {
    StoredSnapshot snapshot = snapshots.get(id);
    return snapshot != null && snapshot.lease().equals(lease);
  }

  /** What a lease that was seen said; nothing if it could not be read. */
  @Nullable LeaseJson lease(ObjectId id) {
    return leases.get(id);
  }

  /** Snapshots whose manifests cannot be read: nobody knows what they need. */
  Map<UUID, DamagedObjectException> damaged() {
    return damaged;
  }

  /** How many snapshots there are. */
  int snapshots() {
    return snapshots.size();
  }

  /** All roots. */
  List<Root> all() {
    var roots = new ArrayList<Root>();
    for (StoredSnapshot snapshot : snapshots.values()) {
      PointerTable table = snapshot.table();
      if (table.root() != null) {
        UUID id = snapshot.manifest().id();
        roots.add(new Root(id, snapshot.lease(), table.root(), table.depth()));
      }
    }
    leases.forEach((id, lease) -> {
      for (LeaseJson.Root root : lease.roots()) {
        roots.add(new Root(null, id, root.root().reference(), root.depth()));
      }
    });
    return roots;
  }
}
