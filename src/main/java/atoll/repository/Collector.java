package atoll.repository;

import atoll.repository.CollectionListener.Phase;
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
 * Removes what no snapshot needs, beside running writers, readers and even other collectors. Used
 * once.
 *
 * <p>The steps and their order are those of docs/repository-format.md, "Collection", which also
 * says why nothing is lost. It may be killed between any two of them: the next collection goes on.
 */
final class Collector {
  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

  private static final int DELETES_AT_ONCE = 16;

  private final RepositoryParts parts;
  private final KnownChunks known;
  private final CollectionRequest request;
  private final CollectionListener listener;
  private final CollectorClaim claim;
  private final Roots roots;
  private final PackList packs;
  private final CommitRecords commits;
  private final LeaseWatch watch;

  private Collector(
      RepositoryParts parts,
      KnownChunks known,
      CollectionRequest request,
      CollectionListener listener,
      CollectorClaim claim)
      throws IOException {
    this.parts = parts;
    this.known = known;
    this.request = request;
    this.listener = listener;
    this.claim = claim;
    this.packs = new PackList(parts.store(), parts.objects());
    this.commits = new CommitRecords(parts);
    this.roots = new Roots(parts, commits);
    this.watch = new LeaseWatch(parts, roots);
  }

  /** Collects; see {@link Repository#collect}. */
  static CollectionReport collect(
      RepositoryParts parts,
      KnownChunks known,
      CollectionRequest request,
      CollectionListener listener)
      throws IOException {
    try (var claim = CollectorClaim.take(parts)) {
      try {
        return new Collector(parts, known, request, listener, claim).run();
      } catch (IOException e) {
        claim.requireLasting(e);
        throw e;
      }
    }
  }

  private CollectionReport run() throws IOException {
    packs.refresh();
    Map<ObjectId, Long> there = packs.packs();
    parts.relocations().refresh();
    requireMaps();
    Set<ObjectId> running = watch.running(roots.look(), claim);
    Map<ObjectId, List<Long>> oldCommits = commits.numbers();
    requireKnown();
    var marker = new Marker(parts, claim, request.despiteDamage(), there.keySet());
    Map<ObjectId, LiveRecords.Use> uses = mark(marker, there.keySet());
    CondemnedList condemned = packs.condemned();
    Set<ObjectId> chosen =
        PackChoice.of(there, uses, condemned, running, parts.tuning().packBytes());
    var report = new Tally(there, uses, roots.snapshots());
    if (request.isTrial()) {
      return report.trial(chosen);
    }
    if (chosen.isEmpty() && condemned.damaged().isEmpty()) {
      claim.awaitListings();
      mend(marker);
      tidy(there.keySet(), oldCommits);
      return report.done(null, List.of(), watch.broken(), 0);
    }
    condemn(chosen);
    Set<ObjectId> late = awaitWriters();
    if (!late.isEmpty()) {
      LOG.info("{} writers are still at work: the next collection goes on", late.size());
      return report.done(null, List.of(), watch.broken(), late.size());
    }
    PackMover mover = move(marker, sizes(chosen, there));
    List<ObjectId> removed = new ArrayList<>(chosen);
    removed.removeAll(mover.kept());
    remove(removed);
    mend(marker);
    tidy(there.keySet(), oldCommits);
    return report.done(mover, removed, watch.broken(), 0);
  }

  /**
   * Whose writer looked just before its lease was broken, and reported it: it is whole, and whoever
   * broke the lease has found it. Of all others it cannot be known who counts on their not being
   * whole.
   */
  private void mend(Marker marker) throws IOException {
    Set<UUID> reported = commits.snapshots();
    for (Map.Entry<ObjectId, UUID> broken : roots.written().entrySet()) {
      UUID snapshot = broken.getValue();
      if (reported.contains(snapshot) && !marker.neverWhole().contains(snapshot)) {
        parts.store().delete(ObjectNames.broken(broken.getKey()));
      }
    }
  }

  /** What a map said that cannot be read, nobody knows: records would seem dead that are not. */
  private void requireMaps() throws IOException {
    DamagedObjectException damage = parts.relocations().damage();
    if (damage != null && !request.despiteDamage()) {
      throw new CannotCollectException(String.valueOf(damage.getMessage()), damage);
    }
  }

  private void requireKnown() throws IOException {
    roots.addAll(request.known());
    for (UUID id : request.known()) {
      if (!roots.contains(id) && !parts.manifests().isDeleted(id)) {
        throw new CannotCollectException(
            "snapshot %s should be there and is not".formatted(id),
            new NoSuchSnapshotException(id));
      }
    }
  }

  /** Finds how much of each pack is live. */
  private Map<ObjectId, LiveRecords.Use> mark(Marker marker, Set<ObjectId> there)
      throws IOException {
    var uses = new HashMap<ObjectId, LiveRecords.Use>();
    eachRange(marker, placesIn(there), counter(Phase.MARK), live -> uses.putAll(live.uses()));
    return uses;
  }

  /** Chooses a place of a record that a table needs, which may have moved; null for none. */
  @FunctionalInterface
  private interface Choice {
    @Nullable Place of(Place named, Place now);
  }

  private static Choice placesIn(Set<ObjectId> packs) {
    return (_, now) -> packs.contains(now.pack()) ? now : null;
  }

  private Counter counter(Phase phase) {
    return (done, total) -> listener.progressed(phase, done, total);
  }

  /** Takes the records of a range of packs. */
  @FunctionalInterface
  private interface RecordsVisitor {
    void records(LiveRecords records) throws IOException;
  }

  /** Walks over all tables for records of some packs, as often as these are too many at a time. */
  private void eachRange(Marker marker, Choice choice, Counter progress, RecordsVisitor visitor)
      throws IOException {
    for (PackRange range = PackRange.all(); range != null; range = range.rest()) {
      PackRange present = range;
      var records = new LiveRecords(range, parts.tuning());
      marker.mark(
          roots,
          (named, now) -> {
            Place chosen = choice.of(named, now);
            if (chosen != null) {
              records.add(chosen);
            }
          },
          (done, total) -> progress.counted(present.progress(done, total), total));
      visitor.records(records);
    }
  }

  private void condemn(Set<ObjectId> chosen) throws IOException {
    CondemnedList condemned = packs.condemned();
    claim.renewIfDue();
    var fresh = new HashSet<>(chosen);
    fresh.removeIf(condemned::contains);
    if (!fresh.isEmpty() || !condemned.damaged().isEmpty()) {
      condemned.add(fresh, parts.clock().instant(), parts.keys().repositoryKey());
    }
    LOG.info("{} packs are condemned, {} of them anew", chosen.size(), fresh.size());
  }

  /**
   * Waits until nobody is at work any more who may not know what is condemned, and has seen all
   * that was written meanwhile; gives the writers that take too long.
   */
  private Set<ObjectId> awaitWriters() throws IOException {
    claim.awaitListings();
    Collection<ObjectId> leases = roots.look();
    Set<ObjectId> late =
        watch.outlast(
            leases,
            request.patience(),
            claim,
            (done, total) -> listener.progressed(Phase.WAIT, done, total));
    if (!late.isEmpty()) {
      return late;
    }
    // Twice: what is put and deleted between two looks is seen by neither, but its tombstone is.
    claim.awaitListings();
    roots.look();
    if (parts.store().listingDelay().isPositive()) {
      claim.awaitListings();
      roots.look();
    }
    return Set.of();
  }

  /** Marks what has come to be in use, moves it, and waits until readers find it. */
  private PackMover move(Marker marker, Map<ObjectId, Long> condemned) throws IOException {
    List<Long> old = parts.relocations().areMany() ? parts.relocations().numbers() : List.of();
    var mover = new PackMover(parts, known, claim, condemned, listener);
    eachRange(marker, placesIn(condemned.keySet()), counter(Phase.MARK_AGAIN), mover::move);
    mover.finish();
    if (!old.isEmpty()) {
      consolidate(marker, mover);
    }
    claim.awaitListings();
    for (long number : old) {
      parts.store().delete(ObjectNames.relocation(number));
    }
    return mover;
  }

  /** Writes new maps that say all that old ones say of places that tables name. */
  private void consolidate(Marker marker, PackMover mover) throws IOException {
    eachRange(
        marker,
        (named, now) -> now.equals(named) ? null : named,
        (_, _) -> {},
        moved -> moved.visit(mover::moved));
    mover.finish();
  }

  private void remove(List<ObjectId> condemned) throws IOException {
    claim.renewIfDue();
    try (var tasks = new ParallelTasks(DELETES_AT_ONCE)) {
      for (int i = 0; i < condemned.size(); i++) {
        ObjectId pack = condemned.get(i);
        tasks.submit(() -> parts.store().delete(ObjectNames.pack(pack)));
        claim.renewIfDue();
        listener.progressed(Phase.REMOVE, i + 1L, condemned.size());
      }
      tasks.finish();
    }
  }

  /** Removes records that have done their work. */
  private void tidy(Set<ObjectId> there, Map<ObjectId, List<Long>> oldCommits) throws IOException {
    packs.condemned().prune(there);
    Set<UUID> committed = commits.snapshots();
    commits.remove(oldCommits, parts.clock().instant());
    new OldTombstones(parts, claim).prune(roots.deletedBefore(), committed);
  }

  private static Map<ObjectId, Long> sizes(Set<ObjectId> chosen, Map<ObjectId, Long> there) {
    var sizes = new HashMap<>(there);
    sizes.keySet().retainAll(chosen);
    return sizes;
  }
}
