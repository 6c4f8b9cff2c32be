package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.MetadataKind;
import atoll.model.Point;
import atoll.model.PointId;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.SnapshotSetId;
import atoll.model.SnapshotState;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes and deletes snapshots. */
public final class Snapshots {
  private final Database database;
  private final Repository repository;
  private final Takes takes;
  private final Changes changes;
  private final Quotas quotas;
  private final InstantSource clock;
  private final Steps steps;

  Snapshots(EngineParts parts, Takes takes, Changes changes) {
    this.database = parts.database();
    this.repository = parts.repository();
    this.takes = takes;
    this.changes = changes;
    this.quotas = parts.quotas();
    this.clock = parts.clock();
    this.steps = parts.steps();
  }

  /**
   * Takes snapshots of volumes, all at one instant. On return they are durable on primary storage,
   * and travel to the repository by themselves.
   *
   * @return one for each volume, in the order asked for
   * @throws RefusedException if a volume is not there, busy, or in the wrong state, or primary
   *     storage is too full
   * @throws IOException if the machine or the disk failed; nothing was taken then
   */
  public List<Snapshot> take(TakeRequest request) throws IOException, InterruptedException {
    Instant scheduledAt = clock.instant();
    quotas.ahead(tx -> {
      List<Volume> all = request.volumes().stream().map(id -> Volumes.readLiving(tx, id)).toList();
      quotas.requireSnapshots(tx, request.owner().project(), all);
    });
    SnapshotSetId set = request.volumes().size() > 1 ? new SnapshotSetId(UUID.randomUUID()) : null;
    return takes.take(
        request.volumes(),
        request.quiesce(),
        (tx, volume, point) -> {
          quotas.requireSnapshots(tx, request.owner().project(), List.of(volume));
          Snapshot snapshot = taken(idFor(tx, point), request, volume, point, set, scheduledAt);
          tx.snapshots().insert(snapshot);
          tx.metadata().put(MetadataKind.USER, snapshot.id().toString(), request.metadata());
          return tx.snapshots().find(snapshot.id()).orElseThrow();
        });
  }

  /** The first snapshot of a point has its id, which is that of its manifest in the repository. */
  private static SnapshotId idFor(Transaction tx, PointId point) {
    var first = new SnapshotId(point.value());
    return tx.snapshots().find(first).isEmpty() ? first : new SnapshotId(UUID.randomUUID());
  }

  private Snapshot taken(
      SnapshotId id,
      TakeRequest request,
      Volume volume,
      PointId point,
      @Nullable SnapshotSetId set,
      Instant scheduledAt) {
    Instant now = clock.instant();
    return new Snapshot(
        id,
        volume.id(),
        point,
        set,
        request.owner(),
        request.name(),
        request.description(),
        volume.sizeBytes(),
        new SnapshotState.OnPrimary(now),
        scheduledAt,
        now,
        now);
  }

  /**
   * The snapshot.
   *
   * @throws RefusedException if there is none, or it is deleted
   */
  public Snapshot get(SnapshotId id) {
    return database.read(tx -> readLiving(tx, id));
  }

  static Snapshot readLiving(Transaction tx, SnapshotId id) {
    return tx.snapshots()
        .find(id)
        .filter(snapshot -> !(snapshot.state() instanceof SnapshotState.Deleted))
        .orElseThrow(() -> new RefusedException(new Refusal.NotFound("snapshot", id.toString())));
  }

  /**
   * The point in time that is a snapshot's content.
   *
   * @throws RefusedException if there is no such snapshot, or it is deleted
   */
  public Point point(SnapshotId id) {
    return database.read(tx -> tx.points().find(readLiving(tx, id).point()).orElseThrow());
  }

  /** Two snapshots that are whole in the repository, to be compared. */
  public final class Pair {
    private final PointId earlier;
    private final PointId later;

    private Pair(PointId earlier, PointId later) {
      this.earlier = earlier;
      this.later = later;
    }

    /**
     * Visits where they differ, in order, within the size of the later; costs what differs, not
     * what they hold.
     */
    public void visit(Difference.Visitor visitor) throws IOException {
      repository.diff(
          earlier.value(),
          later.value(),
          one ->
              visitor.visit(
                  new Difference(
                      one.offsetBytes(),
                      one.lengthBytes(),
                      switch (one.kind()) {
                        case ADDED -> Difference.Kind.ADDED;
                        case CHANGED -> Difference.Kind.CHANGED;
                        case REMOVED -> Difference.Kind.REMOVED;
                      })));
    }
  }

  /**
   * Two snapshots to be compared, whatever they have to do with each other.
   *
   * @throws RefusedException if one of them is not there, or not in the repository yet
   */
  public Pair pair(SnapshotId earlier, SnapshotId later) {
    return database.read(tx -> new Pair(requireBackedUp(tx, earlier), requireBackedUp(tx, later)));
  }

  private static PointId requireBackedUp(Transaction tx, SnapshotId id) {
    Snapshot snapshot = readLiving(tx, id);
    if (!(snapshot.state() instanceof SnapshotState.BackedUp)) {
      throw new RefusedException(
          new Refusal.WrongState(
              "snapshot",
              id.toString(),
              "not in the repository yet",
              "wait until its state is backed_up"));
    }
    return snapshot.point();
  }

  /** All that are not deleted, in the order of taking. */
  public List<Snapshot> list() {
    return database.read(tx -> tx.snapshots().list());
  }

  /**
   * Waits until a snapshot is whole in the repository; false if it is not after {@code patience}.
   */
  public boolean awaitBackedUp(SnapshotId id, Duration patience) throws InterruptedException {
    return changes.await(() -> get(id).state() instanceof SnapshotState.BackedUp, patience);
  }

  /**
   * Deletes a snapshot, whatever other snapshots and volumes came of it. What nothing else needs is
   * removed in the background.
   *
   * @throws RefusedException if there is no such snapshot, or it is deleted already
   */
  public void delete(SnapshotId id) {
    delete(List.of(id));
  }

  /**
   * Deletes snapshots, all or none.
   *
   * @throws RefusedException if there is none of one of the ids, or it is deleted already
   */
  public void delete(Collection<SnapshotId> ids) {
    Instant now = clock.instant();
    database.change(tx -> ids.forEach(id -> delete(tx, id, now)));
    steps.passed(Step.DELETE_RECORDED);
  }

  private static void delete(Transaction tx, SnapshotId id, Instant now) {
    Snapshot snapshot = readLiving(tx, id);
    tx.snapshots().delete(id, now);
    tx.metadata().clear(MetadataKind.USER, id.toString());
    Points.release(tx, snapshot.point(), now);
    tx.tasks().queue(TaskKind.TEND, snapshot.volume().value(), now);
  }
}
