package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.Backup;
import atoll.model.BackupFigures;
import atoll.model.BackupId;
import atoll.model.Consistency;
import atoll.model.MetadataKind;
import atoll.model.Owner;
import atoll.model.Point;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.SnapshotId;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeTraits;
import atoll.model.VolumeType;
import atoll.repository.DamagedObjectException;
import atoll.repository.NoSuchSnapshotException;
import atoll.repository.Repository;
import atoll.repository.SnapshotManifest;
import atoll.repository.UnsupportedRepositoryException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Brings backups back whose rows are lost, with the host and its database, while their content is
 * in the repository.
 *
 * <p>A record only says which point in time is meant, and what its owner called it. Whose content
 * that is, how large and how whole it is, is read from the manifest, which is authenticated.
 */
public final class BackupRecords {
  private static final int NAME_MAX = 255;

  private final Database database;
  private final Repository repository;
  private final Quotas quotas;
  private final InstantSource clock;

  BackupRecords(EngineParts parts) {
    this.database = parts.database();
    this.repository = parts.repository();
    this.quotas = parts.quotas();
    this.clock = parts.clock();
  }

  /**
   * What a record says.
   *
   * @param repository the id of the repository that has the content
   * @param snapshot what it was made of, if that was a snapshot
   * @param notes what its owner noted
   */
  public record Saved(
      BackupId id,
      UUID repository,
      PointId point,
      @Nullable SnapshotId snapshot,
      String name,
      String description,
      boolean incremental,
      Map<String, String> notes) {
    public Saved {
      notes = Map.copyOf(notes);
    }
  }

  /**
   * What brings a backup back.
   *
   * @throws RefusedException if there is no such backup, or it is not in the repository
   */
  public Saved export(BackupId id) {
    return database.read(tx -> {
      Backup backup = Backups.readLiving(tx, id);
      if (!(backup.state() instanceof SnapshotState.BackedUp)) {
        throw new RefusedException(
            new Refusal.WrongState(
                "backup", id.toString(), "not in the repository", "wait until it is available"));
      }
      Map<String, String> notes =
          tx.metadata()
              .of(MetadataKind.USER, List.of(id.toString()))
              .getOrDefault(id.toString(), Map.of());
      return new Saved(
          id,
          repository.id(),
          backup.point(),
          backup.snapshot(),
          backup.name(),
          backup.description(),
          backup.incremental(),
          notes);
    });
  }

  /**
   * Makes a backup of what a record names.
   *
   * @throws RefusedException if there is such a backup, the repository has no such point, it is
   *     just being written or removed, or the project may not have so much
   * @throws IOException if the repository cannot be read
   */
  public Backup bringBack(Saved saved, Owner owner) throws IOException {
    if (!saved.repository().equals(repository.id())) {
      throw invalid(
          "backup %s is in repository %s, and this is %s"
              .formatted(saved.id(), saved.repository(), repository.id()));
    }
    requireNew(saved.id());
    SnapshotManifest manifest = manifest(saved);
    return database.write(tx -> insert(tx, saved, manifest, owner));
  }

  /** Looked at first, too: who asks in vain need not wait for the repository. */
  private void requireNew(BackupId id) {
    boolean there = database.read(tx -> tx.backups().find(id).isPresent());
    if (there) {
      throw exists();
    }
  }

  private static RefusedException exists() {
    return new RefusedException(
        new Refusal.InUse("Invalid backup: Backup already exists in database."));
  }

  private static RefusedException invalid(String why) {
    return new RefusedException(new Refusal.Invalid(why));
  }

  private SnapshotManifest manifest(Saved saved) throws IOException {
    SnapshotManifest manifest;
    try {
      manifest = repository.manifest(saved.point().value());
    } catch (NoSuchSnapshotException e) {
      throw invalid(
          "backup %s: the repository has no snapshot %s".formatted(saved.id(), saved.point()));
    } catch (DamagedObjectException | UnsupportedRepositoryException e) {
      throw invalid("backup %s: %s".formatted(saved.id(), e.getMessage()));
    }
    long sizeBytes = manifest.sizeBytes();
    if (sizeBytes < Volume.SECTOR_BYTES
        || sizeBytes % Volume.SECTOR_BYTES != 0
        || sizeBytes > Volume.SIZE_MAX_BYTES) {
      throw invalid(
          "backup %s: no volume can have the %d bytes of snapshot %s"
              .formatted(saved.id(), sizeBytes, saved.point()));
    }
    return manifest;
  }

  private Backup insert(Transaction tx, Saved saved, SnapshotManifest manifest, Owner owner) {
    if (tx.backups().find(saved.id()).isPresent()) {
      throw exists();
    }
    quotas.requireBackup(tx, owner.project(), manifest.sizeBytes());
    Instant now = clock.instant();
    VolumeId volume = pointThere(tx, saved, manifest, owner, now);
    tx.backups().forget(saved.id());
    tx.backups()
        .insert(
            new Backup(
                saved.id(),
                volume,
                saved.snapshot(),
                saved.point(),
                owner,
                saved.name(),
                saved.description(),
                manifest.sizeBytes(),
                saved.incremental(),
                new SnapshotState.OnPrimary(now), // not stored: it is that of the point
                now,
                now));
    tx.metadata().replace(MetadataKind.USER, saved.id().toString(), saved.notes());
    return Backups.readLiving(tx, saved.id());
  }

  /** Sees to the row of the point, and returns whose it is. */
  private static VolumeId pointThere(
      Transaction tx, Saved saved, SnapshotManifest manifest, Owner owner, Instant now) {
    Point there = tx.points().find(saved.point()).orElse(null);
    if (there == null) {
      VolumeId volume = volumeOf(saved, manifest);
      if (tx.volumes().find(volume).isEmpty()) {
        insertDeleted(tx, volume, manifest, owner, now);
      }
      insertPoint(tx, saved.point(), volume, manifest);
      return volume;
    }
    if (there.state() != PointState.BACKED_UP) {
      throw invalid(
          "backup %s: snapshot %s is just being written or removed"
              .formatted(saved.id(), saved.point()));
    }
    return there.volume();
  }

  private static VolumeId volumeOf(Saved saved, SnapshotManifest manifest) {
    try {
      return VolumeId.of(manifest.metadata().getOrDefault("volume", ""));
    } catch (IllegalArgumentException e) {
      throw invalid(
          "backup %s: snapshot %s is of no volume of a service"
              .formatted(saved.id(), saved.point()));
    }
  }

  /** A volume that is no more, so that what was made of it is somebody's. */
  private static void insertDeleted(
      Transaction tx, VolumeId id, SnapshotManifest manifest, Owner owner, Instant now) {
    String name = manifest.metadata().getOrDefault("volume_name", "");
    tx.volumes()
        .insert(
            new Volume(
                id,
                owner,
                name.substring(0, Math.min(NAME_MAX, name.length())),
                "",
                manifest.sizeBytes(),
                VolumeTraits.of(VolumeType.DEFAULT),
                VolumeStatus.AVAILABLE,
                null,
                null,
                null,
                null,
                null,
                null,
                now,
                now,
                null));
    tx.volumes().delete(id, EnumSet.of(VolumeStatus.AVAILABLE), now);
  }

  private static void insertPoint(
      Transaction tx, PointId id, VolumeId volume, SnapshotManifest manifest) {
    boolean frozen = Consistency.FILE_SYSTEM.name().equals(manifest.metadata().get("consistency"));
    tx.points()
        .insert(
            new Point(
                id,
                volume,
                tx.points().nextSequence(),
                PointState.BACKED_UP,
                manifest.sizeBytes(),
                manifest.takenAt(),
                false,
                frozen ? Consistency.FILE_SYSTEM : Consistency.CRASH,
                Duration.ZERO,
                null));
    tx.points()
        .backedUp(
            id,
            new BackupFigures(
                manifest.bytesChanged(),
                manifest.bytesRead(),
                manifest.bytesStored(),
                0,
                manifest.contentDigest().toString()));
  }
}
