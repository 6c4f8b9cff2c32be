package atoll.repository;

import atoll.format.BlockImage;
import atoll.model.Undisturbed;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes snapshots, any number at once.
 *
 * <p>The steps and their order are those of docs/repository-format.md, "Order of writing"; what a
 * crash between any two of them leaves is said there.
 */
final class SnapshotWriter {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);

  /** How often a writing begins anew because its lease was broken. */
  private static final int ATTEMPTS_MAX = 3;

  private final RepositoryParts parts;
  private final Manifests manifests;
  private final KnownChunks known;
  private final CommitLog commits;
  private final Semaphore packsInFlight;

  /** Snapshots of which something was sent that may still be on its way. */
  private final EndedWork<UUID> unsettled;

  SnapshotWriter(RepositoryParts parts, KnownChunks known) {
    this.parts = parts;
    this.manifests = parts.manifests();
    this.known = known;
    this.commits = new CommitLog(parts);
    this.unsettled = new EndedWork<>(parts.clock(), parts.store().inFlightMax());
    this.packsInFlight = new Semaphore(parts.tuning().packsInFlight());
  }

  /** See {@link Repository#write}. */
  SnapshotManifest write(SnapshotRequest request, BlockImage image, ProgressListener progress)
      throws IOException {
    UUID id = request.id();
    for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      StoredSnapshot there = settled(id);
      if (there != null) {
        return confirmed(there);
      }
      StoredSnapshot written = attempt(request, image, progress);
      if (written != null) {
        return written.manifest();
      }
      LOG.warn("snapshot {}: the lease was broken, writing begins anew ({})", id, attempt);
    }
    throw new IOException("snapshot %s: its lease was broken %d times".formatted(id, ATTEMPTS_MAX));
  }

  /**
   * Waits until nothing is on its way any more that earlier attempts sent: their manifest would
   * take the place of this one's, or its removal remove that. Gives the snapshot if it is there.
   */
  private @Nullable StoredSnapshot settled(UUID id) throws IOException {
    while (true) {
      if (manifests.isDeleted(id)) {
        throw new SnapshotDeletedException(id);
      }
      StoredSnapshot there = manifests.find(id);
      if (there != null && !isBroken(there.lease())) {
        return there;
      }
      if (there != null) {
        withdraw(there);
      }
      Instant sent = unsettled.endOf(id);
      Duration left =
          sent == null
              ? Duration.ZERO
              : Duration.between(parts.clock().instant(), sent.plus(parts.store().inFlightMax()));
      if (!left.isPositive()) {
        return null;
      }
      parts.pauses().pause(left);
    }
  }

  /** Removes a manifest whose lease was broken. */
  private void withdraw(StoredSnapshot snapshot) throws IOException {
    UUID id = snapshot.manifest().id();
    try {
      manifests.withdraw(id, snapshot.lease());
    } finally {
      unsettled.add(id);
    }
  }

  /** A snapshot that an earlier attempt wrote, whose success may not have been recorded. */
  private SnapshotManifest confirmed(StoredSnapshot snapshot) throws IOException {
    commits.append(snapshot.manifest().id());
    releaseQuietly(snapshot.lease());
    return snapshot.manifest();
  }

  /** Writes the snapshot under a lease of its own; gives nothing if that was broken. */
  private @Nullable StoredSnapshot attempt(
      SnapshotRequest request, BlockImage image, ProgressListener progress) throws IOException {
    UUID parentId = request.parent();
    StoredSnapshot parentSnapshot = parentId == null ? null : manifests.read(parentId);
    PointerTable parent = parentSnapshot == null ? null : parentSnapshot.table();
    Lease lease = takeLease(request, parent);
    StoredSnapshot snapshot;
    try {
      if (parentSnapshot != null) {
        requireWhole(parentSnapshot);
      }
      known.begin();
      snapshot = writeContent(request, image, progress, parent, lease);
      lease.renewIfDue();
    } catch (IOException | RuntimeException | Error e) {
      releaseAfter(e, lease.id());
      throw e;
    }
    // From here on the lease stays behind if anything fails: the manifest may have arrived.
    try {
      if (!manifests.write(snapshot)) {
        releaseQuietly(lease.id()); // another writer of this snapshot was first
        return confirmedOther(request.id());
      }
      return committed(snapshot);
    } catch (IOException | RuntimeException | Error e) {
      parts.ended().add(lease.id());
      unsettled.add(request.id());
      throw e;
    }
  }

  /**
   * A parent may have been deleted and collected before the lease was there; or never committed.
   *
   * <p>A lease that was left behind is broken by a collector before it looks whether what was
   * written under it is whole: until it has, or for longer if it dies in between, a snapshot that
   * was reported seems not to be. It is, if its commit is recorded.
   */
  private void requireWhole(StoredSnapshot parent) throws IOException {
    UUID id = parent.manifest().id();
    boolean mayBeWhole = !isBroken(parent.lease()) || new CommitRecords(parts).read().contains(id);
    if (!manifests.exists(id) || !mayBeWhole) {
      throw new NoSuchSnapshotException(id);
    }
  }

  private @Nullable StoredSnapshot confirmedOther(UUID id) throws IOException {
    StoredSnapshot other = manifests.find(id);
    if (other == null || isBroken(other.lease())) {
      return null;
    }
    confirmed(other);
    return other;
  }

  /** Makes sure that the collector did not overlook the manifest, and records the commit. */
  private @Nullable StoredSnapshot committed(StoredSnapshot snapshot) throws IOException {
    UUID id = snapshot.manifest().id();
    boolean isBroken = isBroken(snapshot.lease());
    boolean isDeleted = manifests.isDeleted(id);
    if (isBroken || isDeleted) {
      withdraw(snapshot);
      releaseQuietly(snapshot.lease());
    }
    if (isDeleted) {
      throw new SnapshotDeletedException(id);
    }
    if (isBroken) {
      return null;
    }
    commits.append(id);
    releaseQuietly(snapshot.lease());
    return snapshot;
  }

  private boolean isBroken(ObjectId lease) throws IOException {
    return Lease.isBroken(lease, parts);
  }

  private Lease takeLease(SnapshotRequest request, @Nullable PointerTable parent)
      throws IOException {
    var id = ObjectId.random(parts.random());
    try {
      return Lease.take(id, commits.writer(), request, parent, parts);
    } catch (IOException e) {
      releaseAfter(e, id); // it may have arrived
      throw e;
    }
  }

  /** Removes the lease of a writing that failed, even if the thread was interrupted. */
  private void releaseAfter(Throwable failure, ObjectId lease) {
    parts.ended().add(lease); // even what is removed may come once more
    try {
      Undisturbed.run(() -> parts.store().delete(ObjectNames.lease(lease)));
    } catch (IOException e) {
      failure.addSuppressed(e); // the next collection removes it
    }
  }

  /** Removes the lease of a writing that is over; if that fails a collector does. */
  private void releaseQuietly(ObjectId lease) {
    parts.ended().add(lease);
    try {
      parts.store().delete(ObjectNames.lease(lease));
    } catch (IOException e) {
      LOG.warn("lease {} could not be removed and is left to the next collection", lease, e);
    }
  }

  private StoredSnapshot writeContent(
      SnapshotRequest request,
      BlockImage image,
      ProgressListener progress,
      @Nullable PointerTable parent,
      Lease lease)
      throws IOException {
    var shape = new TableShape(image.sizeBytes(), parts.reader().chunkSizeBytes());
    DataKey key = parts.keys().forWriting(request.domain());
    var plan = new Planned(shape);
    long bytesChanged = ChunkPlan.visit(image, shape, parent != null, plan);
    try (var nodes = new NodeCache(parts.reader());
        var packs = new PackUploader(parts, lease.id(), key, known, packsInFlight)) {
      var parentTable = parent == null ? null : new TableReader(parent, nodes);
      var tableWriter = new TableWriter(shape, parent, nodes, nodeSink(packs));
      var builder =
          new SnapshotBuilder(shape, key, known, packs, tableWriter, lease, progress, plan.bytes);
      List<ChunkWorker> workers = workers(image, shape, parentTable, key);
      try {
        new ChunkPipeline(image, shape, parentTable, parts.tuning().batchBytes(), workers)
            .run(builder);
      } finally {
        workers.forEach(ChunkWorker::close);
      }
      PointerTable table = builder.finish();
      return new StoredSnapshot(
          manifest(request, table, bytesChanged, builder.bytesRead(), packs.bytesStored()),
          table,
          lease.id());
    }
  }

  private static TableWriter.NodeSink nodeSink(PackUploader packs) {
    return (level, digest, children) ->
        new Reference(digest, packs.addNode(level, digest, Node.encode(level, children)));
  }

  private List<ChunkWorker> workers(
      BlockImage image, TableShape shape, @Nullable TableReader parent, DataKey key) {
    var workers = new ArrayList<ChunkWorker>();
    for (int i = 0; i < parts.tuning().workers(); i++) {
      workers.add(new ChunkWorker(image, shape, parent, known, key));
    }
    return workers;
  }

  private SnapshotManifest manifest(
      SnapshotRequest request,
      PointerTable table,
      long bytesChanged,
      long bytesRead,
      long bytesStored) {
    return new SnapshotManifest(
        request.id(),
        request.domain(),
        table.shape().sizeBytes(),
        table.shape().chunkSizeBytes(),
        table.contentDigest(),
        request.parent(),
        request.takenAt(),
        parts.clock().instant(),
        bytesChanged,
        bytesRead,
        bytesStored,
        Version.PROGRAM,
        request.metadata());
  }

  /** Adds up what there is to read. */
  private static final class Planned implements ChunkPlan.Visitor {
    private final TableShape shape;
    private long bytes;

    private Planned(TableShape shape) {
      this.shape = shape;
    }

    @Override
    public void read(long first, long end) {
      bytes += shape.offsetOf(end - 1) + shape.lengthOf(end - 1) - shape.offsetOf(first);
    }

    @Override
    public void zero(long first, long end) {
      // costs no reading
    }
  }
}
