package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.api.openstack.Times;
import atoll.model.Backup;
import atoll.model.SnapshotState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a backup is shown: the keys of the asked microversion, no more and no less. */
final class BackupView {

  private BackupView() {}

  /** As in short lists, and answered to who makes or changes one. */
  static Map<String, Object> summary(Call call, Backup backup) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", backup.id().toString());
    shown.put("name", VolumeView.named(backup.name()));
    shown.put("links", Links.of(call, "backups", backup.id()));
    return shown;
  }

  /**
   * As in the answer about one, and in lists in detail.
   *
   * @param metadata what its owner notes
   */
  static Map<String, Object> shown(
      Call call, Backup backup, String zone, Map<String, String> metadata) {
    boolean stored = backup.state() instanceof SnapshotState.BackedUp;
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", backup.id().toString());
    shown.put("status", status(backup.state()));
    shown.put("size", Gib.of(backup.volumeSizeBytes()));
    shown.put("object_count", stored ? 1 : 0);
    shown.put("availability_zone", zone);
    shown.put("container", stored ? "repository" : null);
    shown.put("created_at", Times.of(backup.createdAt()));
    shown.put("updated_at", Times.of(backup.updatedAt()));
    shown.put("name", VolumeView.named(backup.name()));
    shown.put("description", VolumeView.named(backup.description()));
    shown.put(
        "fail_reason", backup.state() instanceof SnapshotState.Lost lost ? lost.fault() : null);
    shown.put("volume_id", backup.volume().toString());
    shown.put("links", Links.of(call, "backups", backup.id()));
    shown.put("is_incremental", backup.incremental());
    shown.put("has_dependent_backups", false); // any may be deleted at any time
    shown.put("snapshot_id", backup.snapshot() == null ? null : backup.snapshot().toString());
    shown.put("data_timestamp", Times.of(takenAt(backup)));
    if (call.version().has(18)) {
      shown.put("os-backup-project-attr:project_id", OpenStackId.of(backup.owner().project()));
    }
    if (call.version().has(43)) {
      shown.put("metadata", metadata);
    }
    if (call.version().has(56)) {
      shown.put("user_id", backup.owner().user());
    }
    if (call.version().has(64)) {
      shown.put("encryption_key_id", null);
    }
    return shown;
  }

  /** Cinder's word for where it is on its way. */
  static String status(SnapshotState state) {
    return switch (state) {
      case SnapshotState.OnPrimary _, SnapshotState.BackingUp _ -> "creating";
      case SnapshotState.BackedUp _ -> "available";
      case SnapshotState.Lost _ -> "error";
      case SnapshotState.Deleted _ -> "deleted";
    };
  }

  /**
   * Whether backups with Cinder's word for a status are in the repository; null if none have it.
   */
  static @Nullable Boolean stored(String word) {
    return switch (word) {
      case "available" -> Boolean.TRUE;
      case "creating" -> Boolean.FALSE;
      default -> null;
    };
  }

  private static Instant takenAt(Backup backup) {
    return switch (backup.state()) {
      case SnapshotState.OnPrimary(Instant at) -> at;
      case SnapshotState.BackingUp(Instant at, _) -> at;
      case SnapshotState.BackedUp(Instant at, _) -> at;
      case SnapshotState.Lost(Instant at, _) -> at;
      case SnapshotState.Deleted _ -> backup.createdAt();
    };
  }
}
