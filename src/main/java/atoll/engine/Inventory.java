package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.Attachment;
import atoll.model.MetadataKind;
import atoll.model.Page;
import atoll.model.ProjectId;
import atoll.model.Snapshot;
import atoll.model.SnapshotDetails;
import atoll.model.SnapshotFilter;
import atoll.model.SnapshotId;
import atoll.model.Usage;
import atoll.model.Volume;
import atoll.model.VolumeDetails;
import atoll.model.VolumeFilter;
import atoll.model.VolumeId;
import atoll.model.VolumeTraits;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeId;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What there is, as its owners see it: lists in pages, names, and what they note on their things.
 * Changes nothing that a machine could see.
 */
public final class Inventory {
  private final Database database;
  private final InstantSource clock;

  Inventory(EngineParts parts) {
    this.database = parts.database();
    this.clock = parts.clock();
  }

  /**
   * A volume.
   *
   * @throws RefusedException if there is none, or it is deleted
   */
  public VolumeDetails volume(VolumeId id) {
    return database.read(tx -> details(tx, List.of(Volumes.readLiving(tx, id))).getFirst());
  }

  /**
   * A page of the volumes that fit a filter.
   *
   * @throws RefusedException if there never was a volume of the page's marker
   */
  public List<VolumeDetails> volumes(VolumeFilter filter, Page<VolumeFilter.Key> page) {
    return database.read(tx -> {
      UUID marker = page.marker();
      if (marker != null && tx.volumes().find(new VolumeId(marker)).isEmpty()) {
        throw VolumeFacts.notFound(new VolumeId(marker));
      }
      return details(tx, tx.volumes().list(filter, page));
    });
  }

  private static List<VolumeDetails> details(Transaction tx, List<Volume> volumes) {
    List<String> ids = volumes.stream().map(volume -> volume.id().toString()).toList();
    Map<MetadataKind, Map<String, Map<String, String>>> metadata = tx.metadata().of(ids);
    Map<String, Map<String, String>> notes = metadata.getOrDefault(MetadataKind.USER, Map.of());
    Map<String, Map<String, String>> image = metadata.getOrDefault(MetadataKind.IMAGE, Map.of());
    Set<VolumeTypeId> typeIds =
        volumes.stream().map(volume -> volume.traits().type()).collect(Collectors.toSet());
    Map<VolumeTypeId, VolumeType> types =
        tx.volumeTypes().of(typeIds).stream()
            .collect(Collectors.toMap(VolumeType::id, Function.identity()));
    Map<VolumeId, Attachment> attachments =
        tx.attachments().of(volumes.stream().map(Volume::id).toList()).stream()
            .collect(Collectors.toMap(Attachment::volume, Function.identity()));
    return volumes.stream()
        .map(volume -> {
          String id = volume.id().toString();
          VolumeType type = types.get(volume.traits().type());
          if (type == null) {
            throw new IllegalStateException("volume " + id + " is of no type there is");
          }
          return new VolumeDetails(
              volume,
              type,
              notes.getOrDefault(id, Map.of()),
              image.getOrDefault(id, Map.of()),
              attachments.get(volume.id()));
        })
        .toList();
  }

  /** How many volumes fit a filter. */
  public long count(VolumeFilter filter) {
    return database.read(tx -> tx.volumes().count(filter));
  }

  /** How many snapshots fit a filter. */
  public long count(SnapshotFilter filter) {
    return database.read(tx -> tx.snapshots().count(filter));
  }

  /** How many volumes a project has, or all have, and how many bytes. */
  public Usage volumesOf(@Nullable ProjectId project) {
    return database.read(tx -> tx.volumes().usage(project));
  }

  /** How many snapshots a project has, or all have, and how large they are. */
  public Usage snapshotsOf(@Nullable ProjectId project) {
    return database.read(tx -> tx.snapshots().usage(project));
  }

  /** How many volumes each project has, and how many bytes. */
  public Map<ProjectId, Usage> volumesByProject() {
    return database.read(tx -> tx.volumes().usageByProject());
  }

  /** How many snapshots each project has, and how large they are. */
  public Map<ProjectId, Usage> snapshotsByProject() {
    return database.read(tx -> tx.snapshots().usageByProject());
  }

  /**
   * Gives a volume another name and description.
   *
   * @param notes in place of all that its owner noted; null to leave that as it is
   */
  public VolumeDetails describe(
      VolumeId id, String name, String description, @Nullable Map<String, String> notes) {
    return database.write(tx -> {
      Volumes.readLiving(tx, id);
      tx.volumes().describe(id, name, description, clock.instant());
      replaceIfGiven(tx, id.value(), notes);
      return details(tx, List.of(Volumes.readLiving(tx, id))).getFirst();
    });
  }

  /** Says what a volume is for. */
  public void setTraits(VolumeId id, UnaryOperator<VolumeTraits> change) {
    database.change(tx ->
        tx.volumes()
            .setTraits(id, change.apply(Volumes.readLiving(tx, id).traits()), clock.instant()));
  }

  /**
   * A snapshot.
   *
   * @throws RefusedException if there is none, or it is deleted
   */
  public SnapshotDetails snapshot(SnapshotId id) {
    return database.read(
        tx -> snapshotDetails(tx, List.of(Snapshots.readLiving(tx, id))).getFirst());
  }

  /**
   * A page of the snapshots that fit a filter.
   *
   * @throws RefusedException if there never was a snapshot of the page's marker
   */
  public List<SnapshotDetails> snapshots(SnapshotFilter filter, Page<SnapshotFilter.Key> page) {
    return database.read(tx -> {
      UUID marker = page.marker();
      if (marker != null && tx.snapshots().find(new SnapshotId(marker)).isEmpty()) {
        throw new RefusedException(new Refusal.NotFound("snapshot", marker.toString()));
      }
      return snapshotDetails(tx, tx.snapshots().list(filter, page));
    });
  }

  private static List<SnapshotDetails> snapshotDetails(Transaction tx, List<Snapshot> snapshots) {
    List<String> ids = snapshots.stream().map(snapshot -> snapshot.id().toString()).toList();
    Map<String, Map<String, String>> metadata = tx.metadata().of(MetadataKind.USER, ids);
    return snapshots.stream()
        .map(snapshot ->
            new SnapshotDetails(
                snapshot, metadata.getOrDefault(snapshot.id().toString(), Map.of())))
        .toList();
  }

  /**
   * Gives a snapshot another name and description.
   *
   * @param notes in place of all that its owner noted; null to leave that as it is
   */
  public SnapshotDetails describe(
      SnapshotId id, String name, String description, @Nullable Map<String, String> notes) {
    return database.write(tx -> {
      Snapshots.readLiving(tx, id);
      tx.snapshots().describe(id, name, description, clock.instant());
      replaceIfGiven(tx, id.value(), notes);
      return snapshotDetails(tx, List.of(Snapshots.readLiving(tx, id))).getFirst();
    });
  }

  /** How many living snapshots a volume has. */
  public long snapshotsOf(VolumeId volume) {
    return database.read(tx -> tx.snapshots().countOf(volume));
  }

  /** What is noted on a thing that its caller knows to be there. */
  public Map<String, String> notes(MetadataKind kind, UUID subject) {
    return database.read(tx -> notes(tx, kind, subject));
  }

  /** Notes something on a thing, in place of what was noted under the same names. */
  public Map<String, String> note(MetadataKind kind, UUID subject, Map<String, String> notes) {
    return database.write(tx -> {
      tx.metadata().put(kind, subject.toString(), notes);
      return notes(tx, kind, subject);
    });
  }

  /** Notes something on a thing, in place of all that was noted. */
  public Map<String, String> replaceNotes(
      MetadataKind kind, UUID subject, Map<String, String> notes) {
    return database.write(tx -> {
      tx.metadata().replace(kind, subject.toString(), notes);
      return notes(tx, kind, subject);
    });
  }

  /** In the transaction that says something else of a thing, too. */
  static void replaceIfGiven(Transaction tx, UUID subject, @Nullable Map<String, String> notes) {
    if (notes != null) {
      tx.metadata().replace(MetadataKind.USER, subject.toString(), notes);
    }
  }

  /** Takes back what was noted under a name; false if nothing was. */
  public boolean removeNote(MetadataKind kind, UUID subject, String name) {
    return database.write(tx -> tx.metadata().remove(kind, subject.toString(), name));
  }

  private static Map<String, String> notes(Transaction tx, MetadataKind kind, UUID subject) {
    return new HashMap<>(
        tx.metadata()
            .of(kind, List.of(subject.toString()))
            .getOrDefault(subject.toString(), Map.of()));
  }
}
