package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.api.openstack.Times;
import atoll.model.Snapshot;
import atoll.model.SnapshotDetails;
import atoll.model.SnapshotState;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a snapshot is shown: the keys of the asked microversion, no more and no less. */
final class SnapshotView {

  private SnapshotView() {}

  /** As in short lists, and answered to who makes or changes one. */
  static Map<String, Object> made(Call call, SnapshotDetails details) {
    Snapshot snapshot = details.snapshot();
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", snapshot.id().toString());
    shown.put("created_at", Times.of(snapshot.createdAt()));
    shown.put("updated_at", Times.of(snapshot.updatedAt()));
    shown.put("name", VolumeView.named(snapshot.name()));
    shown.put("description", VolumeView.named(snapshot.description()));
    shown.put("volume_id", snapshot.volume().toString());
    shown.put("status", status(snapshot.state()));
    shown.put("size", Gib.of(snapshot.volumeSizeBytes()));
    shown.put("metadata", details.metadata());
    if (call.version().has(14)) {
      shown.put("group_snapshot_id", null);
    }
    if (call.version().has(41)) {
      shown.put("user_id", snapshot.owner().user());
    }
    if (call.version().has(65)) {
      shown.put("consumes_quota", true);
    }
    return shown;
  }

  /** As in the answer about one, and in lists in detail. */
  static Map<String, Object> shown(Call call, SnapshotDetails details) {
    Map<String, Object> shown = made(call, details);
    Snapshot snapshot = details.snapshot();
    shown.put(
        "os-extended-snapshot-attributes:project_id", OpenStackId.of(snapshot.owner().project()));
    shown.put("os-extended-snapshot-attributes:progress", progress(snapshot.state()));
    return shown;
  }

  /** A snapshot can be used from its first instant on; how far its backup is, the progress says. */
  static String status(SnapshotState state) {
    return switch (state) {
      case SnapshotState.OnPrimary _, SnapshotState.BackingUp _, SnapshotState.BackedUp _ ->
          "available";
      case SnapshotState.Lost _ -> "error";
      case SnapshotState.Deleted _ -> "deleted";
    };
  }

  private static String progress(SnapshotState state) {
    return switch (state) {
      case SnapshotState.OnPrimary _, SnapshotState.Lost _ -> "0%";
      case SnapshotState.BackingUp(_, double progress) -> (int) (progress * 100) + "%";
      case SnapshotState.BackedUp _, SnapshotState.Deleted _ -> "100%";
    };
  }
}
