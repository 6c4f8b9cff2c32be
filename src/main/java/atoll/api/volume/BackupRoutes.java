package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.ListParameters;
import atoll.engine.Backups;
import atoll.engine.Inventory;
import atoll.engine.Reverts;
import atoll.engine.VolumeSpec;
import atoll.engine.Volumes;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Backup;
import atoll.model.BackupFilter;
import atoll.model.MetadataKind;
import atoll.model.Page;
import atoll.model.SnapshotDetails;
import atoll.model.SnapshotId;
import atoll.model.Volume;
import atoll.model.VolumeDetails;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The calls about backups. Source: Block Storage API v3, Backups. */
final class BackupRoutes {
  private static final Map<String, BackupFilter.Key> KEYS =
      Map.of(
          "created_at", BackupFilter.Key.CREATED_AT,
          "updated_at", BackupFilter.Key.UPDATED_AT,
          "name", BackupFilter.Key.NAME,
          "display_name", BackupFilter.Key.NAME,
          "size", BackupFilter.Key.SIZE,
          "volume_id", BackupFilter.Key.VOLUME,
          "id", BackupFilter.Key.ID);

  private static final Page<BackupFilter.Key> ONE = new Page<>(List.of(), null, 0, 1);

  private final Backups backups;
  private final Volumes volumes;
  private final Reverts reverts;
  private final Inventory inventory;
  private final Things things;
  private final String zone;

  BackupRoutes(
      Backups backups,
      Volumes volumes,
      Reverts reverts,
      Inventory inventory,
      Things things,
      String zone) {
    this.backups = backups;
    this.volumes = volumes;
    this.reverts = reverts;
    this.inventory = inventory;
    this.things = things;
    this.zone = zone;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/backups", Access.READER, call -> list(call, false));
    api.add(HttpMethod.GET, "/backups/detail", Access.READER, call -> list(call, true));
    api.addPlannable(HttpMethod.POST, "/backups", Access.MEMBER, this::create);
    api.add(HttpMethod.GET, "/backups/{id}", Access.READER, this::show);
    api.add(9, HttpMethod.PUT, "/backups/{id}", Access.MEMBER, this::update);
    api.addPlannable(HttpMethod.DELETE, "/backups/{id}", Access.MEMBER, this::delete);
    api.addPlannable(HttpMethod.POST, "/backups/{id}/restore", Access.MEMBER, this::restore);
    api.addPlannable(HttpMethod.POST, "/backups/{id}/action", Access.ADMIN, this::act);
  }

  private Response list(Call call, boolean detailed) {
    Page<BackupFilter.Key> page =
        ListParameters.page(
            call, KEYS, BackupFilter.Key.CREATED_AT, Things.noSuch("backup", call.query("marker")));
    BackupFilter filter = filter(call);
    List<Backup> found = filter == null ? List.of() : backups.list(filter, page);
    return Response.json(
        200,
        Lists.page(
            call,
            "backups",
            "backups_links",
            detailed ? "backups/detail" : "backups",
            found,
            one -> detailed ? shown(call, one) : BackupView.summary(call, one),
            Backup::id));
  }

  private Map<String, Object> shown(Call call, Backup backup) {
    Map<String, String> metadata =
        call.version().has(43) ? inventory.notes(MetadataKind.USER, backup.id().value()) : Map.of();
    return BackupView.shown(call, backup, zone, metadata);
  }

  /** Null where nothing can fit. */
  private static @Nullable BackupFilter filter(Call call) {
    String status = call.query("status");
    Boolean stored = status == null ? null : BackupView.stored(status);
    return status != null && stored == null
        ? null
        : new BackupFilter(
            Things.projectOf(call),
            call.query("name"),
            Filters.id(call, "volume_id", VolumeId::new),
            Filters.id(call, "snapshot_id", SnapshotId::new),
            stored);
  }

  private Response create(Call call) throws IOException, InterruptedException {
    Fields body = call.body("backup");
    VolumeDetails volume = things.volume(call, body.requiredText("volume_id", 1, 36));
    UUID snapshotId = body.uuid("snapshot_id");
    boolean incremental = body.flag("incremental", false);
    boolean force = body.flag("force", false);
    Naming naming = Naming.in(body);
    body.text("container", Fields.NAME_MAX); // there is one repository, whatever one calls it
    Map<String, String> metadata = call.version().has(43) ? body.texts("metadata") : Map.of();
    if (call.version().has(51)) {
      body.text("availability_zone", Fields.NAME_MAX);
    }
    body.end();
    requireNotOffered(volume.volume());
    requireEarlier(volume.volume().id(), incremental);
    var spec =
        new Backups.Spec(Things.owner(call), naming.name(), naming.description(), incremental);
    Backup made =
        snapshotId == null
            ? ofVolume(volume, force, spec)
            : ofSnapshot(call, volume, snapshotId, spec);
    if (!metadata.isEmpty()) {
      inventory.note(MetadataKind.USER, made.id().value(), metadata);
    }
    return Response.json(202, Map.of("backup", BackupView.summary(call, made)));
  }

  /** Not even of a snapshot. */
  private static void requireNotOffered(Volume volume) {
    if (volume.status() == VolumeStatus.AWAITING_TRANSFER) {
      throw new HttpException(
          400,
          "Invalid volume: Volume to be backed up must be available or in-use, but the current"
              + " status is \"awaiting-transfer\".");
    }
  }

  private Backup ofVolume(VolumeDetails volume, boolean force, Backups.Spec spec)
      throws IOException, InterruptedException {
    if (volume.volume().status() == VolumeStatus.IN_USE && !force) {
      throw new HttpException(
          400, "Invalid volume: Backing up an in-use volume must use the force flag.");
    }
    return backups.create(volume.volume().id(), spec);
  }

  private Backup ofSnapshot(Call call, VolumeDetails volume, UUID id, Backups.Spec spec) {
    SnapshotDetails snapshot = things.snapshot(call, id.toString());
    if (!snapshot.snapshot().volume().equals(volume.volume().id())) {
      throw new HttpException(
          400, "Invalid snapshot: it is not of volume %s".formatted(volume.volume().id()));
    }
    return backups.createFromSnapshot(snapshot.snapshot().id(), spec);
  }

  private void requireEarlier(VolumeId volume, boolean incremental) {
    if (incremental
        && backups.list(new BackupFilter(null, null, volume, null, true), ONE).isEmpty()) {
      throw new HttpException(
          400, "Invalid backup: No backups available to do an incremental backup.");
    }
  }

  private Response show(Call call) {
    return Response.json(200, Map.of("backup", shown(call, backup(call))));
  }

  private Backup backup(Call call) {
    return things.backup(call, backups);
  }

  private Response update(Call call) {
    Backup before = backup(call);
    Fields body = call.body("backup");
    Naming naming = Naming.in(body, before.name(), before.description());
    Map<String, String> metadata =
        call.version().has(43) && body.has("metadata") ? body.texts("metadata") : null;
    body.end();
    Backup now = backups.describe(before.id(), naming.name(), naming.description(), metadata);
    return Response.json(200, Map.of("backup", BackupView.summary(call, now)));
  }

  private Response delete(Call call) {
    backups.delete(backup(call).id());
    return Response.empty(202);
  }

  private Response restore(Call call) {
    Backup backup = backup(call);
    Fields body = call.body("restore");
    UUID onto = body.uuid("volume_id");
    String name = body.text("name", Fields.NAME_MAX);
    body.end();
    return Response.json(
        202,
        Map.of(
            "restore",
            restored(
                backup,
                onto == null
                    ? restoreToNew(call, backup, name)
                    : restoreOnto(backup, things.volume(call, onto.toString()).volume()))));
  }

  private Volume restoreOnto(Backup backup, Volume volume) {
    reverts.restore(volume.id(), backup.id());
    return volume;
  }

  private Volume restoreToNew(Call call, Backup backup, @Nullable String name) {
    var spec =
        new VolumeSpec(
            Things.owner(call),
            name == null ? "restore_backup_" + backup.id() : name,
            "auto-created_from_restore_from_backup",
            backup.volumeSizeBytes(),
            VolumeType.DEFAULT,
            Map.of());
    return volumes.createFromBackup(spec, backup.id());
  }

  private static Map<String, Object> restored(Backup backup, Volume volume) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("backup_id", backup.id().toString());
    answer.put("volume_id", volume.id().toString());
    answer.put("volume_name", volume.name());
    return answer;
  }

  private Response act(Call call) {
    Backup backup = backup(call);
    Actions.Action action = Actions.in(call);
    switch (action.name()) {
      case "os-force_delete" -> backups.delete(backup.id());
      case "os-reset_status" ->
          TrueStatus.require(action, "backup", backup.id(), BackupView.status(backup.state()));
      default -> throw Actions.unknown(action.name());
    }
    return Response.empty(202);
  }
}
