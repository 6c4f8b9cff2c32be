package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.Backup;
import atoll.model.BackupFilter;
import atoll.model.BackupId;
import atoll.model.MetadataKind;
import atoll.model.Owner;
import atoll.model.Page;
import atoll.model.PointId;
import atoll.model.ProjectId;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.SnapshotState;
import atoll.model.Usage;
import atoll.model.VolumeId;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes and deletes backups: points in time that are kept under names and lives of their own. How
 * their content gets into the repository is that of every point ({@link BackUps}).
 */
public final class Backups {
  private final Database database;
  private final Takes takes;
  private final Quotas quotas;
  private final InstantSource clock;

  Backups(EngineParts parts, Takes takes) {
    this.database = parts.database();
    this.takes = takes;
    this.quotas = parts.quotas();
    this.clock = parts.clock();
  }

  /** A backup to be made. */
  public record Spec(Owner owner, String name, String description, boolean incremental) {}

  /**
   * Backs up what a volume holds now, running or not.
   *
   * @throws RefusedException if there is no such volume, it is busy or in the wrong state
   * @throws IOException if the machine or the disk failed; there is no backup then
   */
  public Backup create(VolumeId id, Spec spec) throws IOException, InterruptedException {
    quotas.ahead(tx ->
        quotas.requireBackup(tx, spec.owner().project(), Volumes.readLiving(tx, id).sizeBytes()));
    return takes
        .take(
            List.of(id),
            Quiesce.PREFERRED,
            (tx, volume, point) -> insert(tx, spec, volume.id(), null, point, volume.sizeBytes()))
        .getFirst();
  }

  /**
   * Backs up what a snapshot holds.
   *
   * @throws RefusedException if there is no such snapshot
   */
  public Backup createFromSnapshot(SnapshotId id, Spec spec) {
    return database.write(tx -> {
      Snapshot snapshot = Snapshots.readLiving(tx, id);
      return insert(tx, spec, snapshot.volume(), id, snapshot.point(), snapshot.volumeSizeBytes());
    });
  }

  private Backup insert(
      Transaction tx,
      Spec spec,
      VolumeId volume,
      @Nullable SnapshotId snapshot,
      PointId point,
      long sizeBytes) {
    quotas.requireBackup(tx, spec.owner().project(), sizeBytes);
    Instant now = clock.instant();
    var id = new BackupId(UUID.randomUUID());
    tx.backups()
        .insert(
            new Backup(
                id,
                volume,
                snapshot,
                point,
                spec.owner(),
                spec.name(),
                spec.description(),
                sizeBytes,
                spec.incremental(),
                new SnapshotState.OnPrimary(now),
                now,
                now));
    return readLiving(tx, id);
  }

  /**
   * The backup.
   *
   * @throws RefusedException if there is none, or it is deleted
   */
  public Backup get(BackupId id) {
    return database.read(tx -> readLiving(tx, id));
  }

  static Backup readLiving(Transaction tx, BackupId id) {
    return tx.backups()
        .find(id)
        .orElseThrow(() -> new RefusedException(new Refusal.NotFound("backup", id.toString())));
  }

  /**
   * A page of the backups that fit a filter.
   *
   * @throws RefusedException if there is no backup of the page's marker
   */
  public List<Backup> list(BackupFilter filter, Page<BackupFilter.Key> page) {
    return database.read(tx -> {
      UUID marker = page.marker();
      if (marker != null) {
        readLiving(tx, new BackupId(marker));
      }
      return tx.backups().list(filter, page);
    });
  }

  /** How many a project has, or all have, and how large they are. */
  public Usage usage(@Nullable ProjectId project) {
    return database.read(tx -> tx.backups().usage(project));
  }

  /**
   * Gives a backup another name and description.
   *
   * @param notes in place of all that its owner noted; null to leave that as it is
   */
  public Backup describe(
      BackupId id, String name, String description, @Nullable Map<String, String> notes) {
    return database.write(tx -> {
      readLiving(tx, id);
      tx.backups().describe(id, name, description, clock.instant());
      Inventory.replaceIfGiven(tx, id.value(), notes);
      return readLiving(tx, id);
    });
  }

  /**
   * Deletes a backup, whatever came of it and whatever was backed up after it. What nothing else
   * needs is removed in the background.
   *
   * @throws RefusedException if there is no such backup, or it is deleted already
   */
  public void delete(BackupId id) {
    Instant now = clock.instant();
    database.change(tx -> {
      Backup backup = readLiving(tx, id);
      tx.backups().delete(id, now);
      tx.metadata().clear(MetadataKind.USER, id.toString());
      Points.release(tx, backup.point(), now);
    });
  }
}
