package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.Backup;
import atoll.model.BackupId;
import atoll.model.Layer;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BiFunction;

/**
 * Gives volumes that are attached to nothing earlier content in place of their own.
 *
 * <p>A volume waits for it, REVERTING or RESTORING, until the wanted point in time is in the
 * repository, and all others of its points that something needs are, too; then one transaction lets
 * go of its layers and makes that point its base. Mostly that is at once. Until then nothing of
 * what it holds is touched: if the wanted point is lost it keeps that. Snapshots stay, whether they
 * were taken before or after.
 */
public final class Reverts {
  private final Database database;
  private final VolumeLocks locks;
  private final InstantSource clock;
  private final Steps steps;

  Reverts(EngineParts parts) {
    this.database = parts.database();
    this.locks = parts.locks();
    this.clock = parts.clock();
    this.steps = parts.steps();
  }

  /**
   * Gives a volume the content back that any of its snapshots holds. Its size stays; what it was
   * extended by since then is empty.
   *
   * @throws RefusedException if one of them is not there, they do not belong together, the volume
   *     is not available, or the snapshot is lost
   */
  public void revert(VolumeId id, SnapshotId from) {
    replace(
        id,
        VolumeStatus.REVERTING,
        (tx, _) -> {
          Snapshot snapshot = Snapshots.readLiving(tx, from);
          if (!snapshot.volume().equals(id)) {
            throw new RefusedException(
                new Refusal.Invalid(
                    "snapshot %s is not of volume %s, but of %s"
                        .formatted(from, id, snapshot.volume())));
          }
          return Points.requireKept("snapshot", from, snapshot.state(), snapshot.point());
        });
  }

  /**
   * Gives a volume the content of any backup. Its size stays; what it is larger is empty.
   *
   * @throws RefusedException if one of them is not there, the volume is smaller or not available,
   *     or the backup is lost
   */
  public void restore(VolumeId id, BackupId from) {
    replace(
        id,
        VolumeStatus.RESTORING,
        (tx, volume) -> {
          Backup backup = Backups.readLiving(tx, from);
          if (volume.sizeBytes() < backup.volumeSizeBytes()) {
            throw new RefusedException(
                new Refusal.WrongState(
                    "volume",
                    id.toString(),
                    "of %d bytes".formatted(volume.sizeBytes()),
                    "backup %s has %d: extend it first, or restore to a new volume"
                        .formatted(from, backup.volumeSizeBytes())));
          }
          return Points.requireKept("backup", from, backup.state(), backup.point());
        });
  }

  private void replace(
      VolumeId id, VolumeStatus status, BiFunction<Transaction, Volume, PointId> content) {
    try (var _ = locks.lock(id)) {
      database.change(tx -> {
        Volume volume = Volumes.readLiving(tx, id);
        PointId point = content.apply(tx, volume);
        Instant now = clock.instant();
        if (!tx.volumes().await(id, point, status, now)) {
          throw new RefusedException(
              new Refusal.WrongState(
                  "volume",
                  id.toString(),
                  volume.status().name(),
                  "it gets other content only while it is available: detach it first, or wait"));
        }
        tx.tasks().queue(TaskKind.TEND, id.value(), now);
        if (tx.points().find(point).orElseThrow().state() == PointState.ON_PRIMARY) {
          Points.hasten(tx, point, now);
        }
        if (!tx.points().waiting(id).isEmpty()) {
          tx.tasks().queueUrgent(TaskKind.BACK_UP, id.value(), now);
        }
      });
      steps.passed(Step.REVERT_RECORDED);
      finish(id);
    }
  }

  /** Gives a volume the content that it waits for, if it can get it now. Its lock is held. */
  void finish(VolumeId id) {
    if (database.write(tx -> finish(tx, id))) {
      steps.passed(Step.REVERT_DONE);
    }
  }

  private boolean finish(Transaction tx, VolumeId id) {
    VolumeFacts facts = VolumeFacts.read(tx, id);
    Volume volume = facts.volume();
    PointId awaited = volume.awaitedPoint();
    if (!volume.status().isReplacing() || volume.deletedAt() != null || awaited == null) {
      return false;
    }
    boolean free =
        tx.points().find(awaited).orElseThrow().state() == PointState.BACKED_UP
            && tx.points().waiting(id).isEmpty()
            && tx.layers().pinned(id).isEmpty()
            && facts.chain().linked().stream().noneMatch(Layer::merging);
    if (!free) {
      return false;
    }
    Instant now = clock.instant();
    boolean _ = Layers.unlinkAll(tx, id);
    tx.volumes().replaceContent(id, now);
    facts.chain().linked().forEach(layer -> Points.release(tx, layer.point(), now));
    Points.release(tx, volume.basePoint(), now);
    tx.tasks().queue(TaskKind.TEND, id.value(), now);
    return true;
  }
}
