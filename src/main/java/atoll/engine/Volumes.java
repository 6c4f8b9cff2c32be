package atoll.engine;

import atoll.db.Database;
import atoll.db.Rehearsal;
import atoll.db.Transaction;
import atoll.format.ImageFormat;
import atoll.hypervisor.Machine;
import atoll.model.Backup;
import atoll.model.BackupId;
import atoll.model.Layer;
import atoll.model.MetadataKind;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.SnapshotState;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeTraits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes, grows and deletes volumes.
 *
 * <p>A volume is a row; nothing of it is on disk before a machine needs it.
 */
public final class Volumes {
  /** Of a volume whose content is on its way. */
  private static final Set<VolumeStatus> COMING =
      EnumSet.of(VolumeStatus.CREATING, VolumeStatus.REVERTING, VolumeStatus.RESTORING);

  private final Database database;
  private final VolumeLocks locks;
  private final Machines machines;
  private final Merges merges;
  private final Takes takes;
  private final Changes changes;
  private final Quotas quotas;
  private final InstantSource clock;
  private final Steps steps;

  Volumes(EngineParts parts, Merges merges, Takes takes, Changes changes) {
    this.database = parts.database();
    this.locks = parts.locks();
    this.machines = parts.machines();
    this.merges = merges;
    this.takes = takes;
    this.changes = changes;
    this.quotas = parts.quotas();
    this.clock = parts.clock();
    this.steps = parts.steps();
  }

  /** Makes an empty volume. */
  public Volume create(VolumeSpec spec) {
    return made(database.write(tx -> insert(tx, spec, Content.NOTHING)));
  }

  /**
   * Makes a volume with the content of a snapshot. It is CREATING until that is in the repository.
   *
   * @throws RefusedException if there is no such snapshot, it is lost, or {@code spec} is smaller
   *     than it
   */
  public Volume createFromSnapshot(VolumeSpec spec, SnapshotId id) {
    return made(
        database.write(tx -> {
          Snapshot snapshot = Snapshots.readLiving(tx, id);
          requireRoom(spec, "snapshot", id, snapshot.volumeSizeBytes());
          Content content = contentOf("snapshot", id, snapshot.state(), snapshot.point());
          return insert(tx, spec, content.of(id, null));
        }));
  }

  /**
   * Makes a volume with the content of a backup. It is CREATING until that is in the repository.
   *
   * @throws RefusedException if there is no such backup, it is lost, or {@code spec} is smaller
   *     than it
   */
  public Volume createFromBackup(VolumeSpec spec, BackupId id) {
    return made(
        database.write(tx -> {
          Backup backup = Backups.readLiving(tx, id);
          requireRoom(spec, "backup", id, backup.volumeSizeBytes());
          return insert(tx, spec, contentOf("backup", id, backup.state(), backup.point()));
        }));
  }

  /**
   * Makes a volume with the content that another one has now, running or not. It is CREATING until
   * that is in the repository.
   *
   * @throws RefusedException if there is no such volume, it is busy, or {@code spec} is smaller
   * @throws IOException if the machine or the disk failed; no volume was made then
   */
  public Volume createFromVolume(VolumeSpec spec, VolumeId source)
      throws IOException, InterruptedException {
    requireRoom(spec, "volume", source, get(source).sizeBytes());
    quotas.ahead(tx -> requireQuota(tx, spec));
    return made(
        takes
            .take(
                List.of(source),
                Quiesce.PREFERRED,
                (tx, volume, point) -> {
                  requireRoom(spec, "volume", source, volume.sizeBytes());
                  Content content =
                      tx.points().find(point).orElseThrow().state() == PointState.BACKED_UP
                          ? Content.there(point)
                          : Content.coming(point);
                  return insert(tx, spec, content.of(null, source));
                })
            .getFirst());
  }

  private static void requireRoom(VolumeSpec spec, String kind, Object id, long sizeBytes) {
    if (spec.sizeBytes() < sizeBytes) {
      throw new RefusedException(
          new Refusal.Invalid(
              "a volume of %s %s needs at least its %d bytes, not %d"
                  .formatted(kind, id, sizeBytes, spec.sizeBytes())));
    }
  }

  private Volume made(Volume volume) {
    steps.passed(Step.VOLUME_RECORDED);
    return volume;
  }

  /** What a new volume holds, or will, and what it comes of. */
  private record Content(
      VolumeStatus status,
      @Nullable PointId there,
      @Nullable PointId awaited,
      @Nullable SnapshotId origin,
      @Nullable VolumeId source) {
    static final Content NOTHING = new Content(VolumeStatus.AVAILABLE, null, null, null, null);
    static final Content IMAGE = new Content(VolumeStatus.CREATING, null, null, null, null);

    static Content there(PointId point) {
      return new Content(VolumeStatus.AVAILABLE, point, null, null, null);
    }

    static Content coming(PointId point) {
      return new Content(VolumeStatus.CREATING, null, point, null, null);
    }

    Content of(@Nullable SnapshotId origin, @Nullable VolumeId source) {
      return new Content(status, there, awaited, origin, source);
    }
  }

  private static Content contentOf(String kind, Object id, SnapshotState state, PointId point) {
    PointId kept = Points.requireKept(kind, id, state, point);
    return state instanceof SnapshotState.BackedUp ? Content.there(kept) : Content.coming(kept);
  }

  /**
   * Makes a volume with the content of a disk image, which is copied in the background; the volume
   * is CREATING until that is done, and in error with the reason if it cannot be. The image must
   * stay until then.
   *
   * @throws RefusedException if there is no such file
   */
  public Volume importImage(VolumeSpec spec, Path image, ImageFormat format) {
    if (!Files.isReadable(image)) {
      throw new RefusedException(
          new Refusal.Invalid("no image to read at " + image.toAbsolutePath()));
    }
    return made(
        database.write(tx -> {
          Volume volume = insert(tx, spec, Content.IMAGE);
          tx.tasks()
              .queue(
                  TaskKind.IMPORT,
                  volume.id().value(),
                  format.name() + " " + image.toAbsolutePath(),
                  clock.instant());
          return volume;
        }));
  }

  private void requireQuota(Transaction tx, VolumeSpec spec) {
    quotas.requireVolume(tx, spec.owner().project(), spec.type(), spec.sizeBytes());
  }

  private Volume insert(Transaction tx, VolumeSpec spec, Content content) {
    VolumeTypes.requireThere(tx, spec.type());
    requireQuota(tx, spec);
    Instant now = clock.instant();
    var volume =
        new Volume(
            new VolumeId(UUID.randomUUID()),
            spec.owner(),
            spec.name(),
            spec.description(),
            spec.sizeBytes(),
            VolumeTraits.of(spec.type()),
            content.status(),
            null,
            content.origin(),
            content.source(),
            content.there(),
            content.awaited(),
            null,
            now,
            now,
            null);
    tx.volumes().insert(volume);
    Points.hasten(tx, content.awaited(), now);
    tx.metadata().put(MetadataKind.USER, volume.id().toString(), spec.metadata());
    return volume;
  }

  /**
   * The volume.
   *
   * @throws RefusedException if there is none, or it is deleted
   */
  public Volume get(VolumeId id) {
    return database.read(tx -> readLiving(tx, id));
  }

  static Volume readLiving(Transaction tx, VolumeId id) {
    return tx.volumes()
        .find(id)
        .filter(volume -> volume.deletedAt() == null)
        .orElseThrow(() -> VolumeFacts.notFound(id));
  }

  /** All that are not deleted, oldest first. */
  public List<Volume> list() {
    return database.read(tx -> tx.volumes().list());
  }

  /** The layers a volume has now, base first. */
  public List<Layer> layers(VolumeId id) {
    return database.read(tx -> VolumeFacts.read(tx, id).chain().linked());
  }

  /**
   * Waits until a volume does not wait for its content any more; false if it still does after
   * {@code patience}.
   */
  public boolean awaitMade(VolumeId id, Duration patience) throws InterruptedException {
    return changes.await(() -> !COMING.contains(get(id).status()), patience);
  }

  /**
   * Makes a volume larger; a running guest sees it at once.
   *
   * @throws RefusedException if it would become smaller, or is in the wrong state
   * @throws IOException if its machine could not be told, or did not answer; the volume is larger
   *     all the same, and its disk becomes so in the background
   */
  public Volume extend(VolumeId id, long sizeBytes) throws IOException {
    try (var _ = locks.lock(id)) {
      VolumeFacts facts = database.read(tx -> VolumeFacts.readLiving(tx, id));
      Volume volume = facts.volume();
      var wanted = VolumeSpec.of(volume.owner(), volume.name(), sizeBytes);
      requireExtendable(facts, wanted.sizeBytes());
      Machine machine = machines.of(facts);
      // Never taken back: a failure may be a lost answer, and then the guest has seen the new size.
      database.change(tx -> {
        quotas.requireGrowth(tx, volume, wanted.sizeBytes());
        tx.volumes().setSize(id, wanted.sizeBytes(), clock.instant());
        tx.tasks().queue(TaskKind.TEND, id.value(), clock.instant());
      });
      steps.passed(Step.EXTEND_RECORDED);
      if (machine != null) {
        Rehearsal.endsHere();
        merges.giveWay(id);
        growTop(database.read(tx -> VolumeFacts.read(tx, id)), machine);
      }
      return get(id);
    }
  }

  private static void requireExtendable(VolumeFacts facts, long sizeBytes) {
    Volume volume = facts.volume();
    String id = volume.id().toString();
    boolean settled =
        volume.status() == VolumeStatus.AVAILABLE || volume.status() == VolumeStatus.IN_USE;
    if (!settled || facts.inTransition()) {
      throw new RefusedException(
          new Refusal.WrongState(
              "volume",
              id,
              volume.status().name(),
              "only an available volume, or one in use, can be extended"));
    }
    if (sizeBytes < volume.sizeBytes()) {
      throw new RefusedException(
          new Refusal.Invalid(
              "volume %s has %d bytes and cannot be made smaller"
                  .formatted(id, volume.sizeBytes())));
    }
  }

  /** Gives the layer a machine writes to the size that is recorded of its volume. */
  void growTop(VolumeFacts facts, Machine machine) throws IOException {
    Layer top = facts.chain().top();
    long sizeBytes = facts.volume().sizeBytes();
    if (top.sizeBytes() < sizeBytes) {
      machine.nodes().resize(top.id(), sizeBytes);
      steps.passed(Step.EXTEND_GROWN);
      database.change(tx -> tx.layers().setMade(top.id(), sizeBytes, top.createMicros()));
      steps.passed(Step.EXTEND_DONE);
    }
  }

  /**
   * Deletes a volume that is attached to nothing. Its snapshots stay; what of them is not in the
   * repository yet still gets there.
   *
   * @throws RefusedException if there is no such volume, or it is attached
   */
  public void delete(VolumeId id) {
    try (var _ = locks.lock(id)) {
      VolumeFacts facts = database.read(tx -> VolumeFacts.readLiving(tx, id));
      Instant now = clock.instant();
      boolean deleted =
          database.write(tx -> {
            boolean done = tx.volumes().delete(id, deletable(facts.volume()), now);
            if (done) {
              tx.metadata().clear(MetadataKind.USER, id.toString());
              tx.metadata().clear(MetadataKind.IMAGE, id.toString());
              Points.release(tx, facts.volume().awaitedPoint(), now);
              tx.tasks().queue(TaskKind.TEND, id.value(), now);
              Points.release(tx, facts.volume().basePoint(), now);
            }
            return done;
          });
      if (!deleted) {
        throw new RefusedException(
            new Refusal.WrongState(
                "volume", id.toString(), facts.volume().status().name(), deletableAfter(facts)));
      }
      steps.passed(Step.VOLUME_DELETED);
    }
  }

  /** What to do before a volume can be deleted. */
  private static String deletableAfter(VolumeFacts facts) {
    if (facts.volume().status() == VolumeStatus.AWAITING_TRANSFER) {
      return "delete its transfer first";
    }
    return facts.attachment() == null
        ? "wait until it is available"
        : "detach it from instance " + facts.attachment().instance() + " first";
  }

  /** One that waits for its content may go; one that an image is copied into may not yet. */
  private static Set<VolumeStatus> deletable(Volume volume) {
    Set<VolumeStatus> deletable = EnumSet.of(VolumeStatus.AVAILABLE, VolumeStatus.ERROR);
    if (volume.awaitedPoint() != null) {
      deletable.addAll(COMING);
    }
    return deletable;
  }
}
