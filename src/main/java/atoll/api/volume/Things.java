package atoll.api.volume;

import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.api.openstack.Flags;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Backups;
import atoll.engine.Inventory;
import atoll.engine.RefusedException;
import atoll.http.HttpException;
import atoll.model.Backup;
import atoll.model.BackupId;
import atoll.model.Owner;
import atoll.model.ProjectId;
import atoll.model.SnapshotDetails;
import atoll.model.SnapshotId;
import atoll.model.VolumeDetails;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds what calls are about. What belongs to another project than the caller's is not there; an
 * admin finds everything.
 */
final class Things {
  private final Inventory inventory;

  Things(Inventory inventory) {
    this.inventory = inventory;
  }

  /** The volume that the path names. */
  VolumeDetails volume(Call call) {
    return volume(call, call.parameter("id"));
  }

  /** The volume of an id. */
  VolumeDetails volume(Call call, String text) {
    return Belongings.volume(call, inventory, text);
  }

  /** The volume of an attachment, which is in one of some statuses. */
  VolumeDetails attached(
      Call call, String attachment, VolumeId volume, Collection<VolumeStatus> statuses) {
    VolumeDetails found;
    try {
      found = volume(call, volume.toString());
    } catch (RefusedException e) {
      throw noSuch("attachment", attachment);
    }
    if (!statuses.contains(found.volume().status())) {
      throw noSuch("attachment", attachment);
    }
    return found;
  }

  /** The snapshot that the path names. */
  SnapshotDetails snapshot(Call call) {
    return snapshot(call, call.parameter("id"));
  }

  /** The snapshot of an id. */
  SnapshotDetails snapshot(Call call, String text) {
    return Belongings.find(
        call,
        "snapshot",
        text,
        id -> inventory.snapshot(new SnapshotId(id)),
        found -> found.snapshot().owner().project());
  }

  /** The backup that the path names. */
  Backup backup(Call call, Backups backups) {
    return backup(call, backups, call.parameter("id"));
  }

  /** The backup of an id. */
  Backup backup(Call call, Backups backups, String text) {
    return Belongings.find(
        call,
        "backup",
        text,
        id -> backups.get(new BackupId(id)),
        found -> found.owner().project());
  }

  /** There is no such thing. */
  static RefusedException noSuch(String kind, @Nullable String id) {
    return Belongings.noSuch(kind, String.valueOf(id));
  }

  /** To whom what a call makes belongs: an admin may make things for the project in the path. */
  static Owner owner(Call call) {
    ProjectId project = project(call);
    if (project == null) {
      throw new HttpException(
          400, "Malformed request url: the token is scoped to no project, and the path names none");
    }
    return new Owner(project, call.caller().userId());
  }

  private static @Nullable ProjectId project(Call call) {
    String named = call.parameters().get("project_id");
    UUID id = named == null ? null : OpenStackId.parse(named);
    return id == null ? call.caller().project() : new ProjectId(id);
  }

  /** Whose things a list shows; null for everybody's, which only an admin may ask for. */
  static @Nullable ProjectId projectOf(Call call) {
    String all = call.query("all_tenants");
    boolean everybody = "".equals(all) || Flags.isYes(all);
    if (!everybody || !call.caller().isAdmin()) {
      return project(call);
    }
    String wanted = call.query("project_id");
    UUID id = wanted == null ? null : OpenStackId.parse(wanted);
    return id == null ? null : new ProjectId(id);
  }
}
