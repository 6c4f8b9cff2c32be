package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.api.openstack.Times;
import atoll.model.Attachment;
import atoll.model.Volume;
import atoll.model.VolumeDetails;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a volume is shown: the keys of the asked microversion, no more and no less.
 *
 * @param zone the availability zone that all volumes are in
 * @param host what admins see as the host of all volumes: {@code HOST@BACKEND#POOL}
 */
record VolumeView(String zone, String host) {

  /** As in short lists. */
  Map<String, Object> summary(Call call, Volume volume) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", volume.id().toString());
    shown.put("name", named(volume.name()));
    shown.put("links", Links.of(call, "volumes", volume.id()));
    return shown;
  }

  /** As answered to who makes or changes one. */
  Map<String, Object> made(Call call, VolumeDetails details) {
    Volume volume = details.volume();
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", volume.id().toString());
    shown.put("status", status(volume));
    shown.put("size", Gib.of(volume.sizeBytes()));
    shown.put("availability_zone", zone);
    shown.put("created_at", Times.of(volume.createdAt()));
    shown.put("updated_at", Times.of(volume.updatedAt()));
    shown.put("name", named(volume.name()));
    shown.put("description", named(volume.description()));
    shown.put("volume_type", details.type().name());
    shown.put("snapshot_id", text(volume.origin()));
    shown.put("source_volid", text(volume.source()));
    shown.put("metadata", metadata(details));
    shown.put("links", Links.of(call, "volumes", volume.id()));
    shown.put("user_id", volume.owner().user());
    shown.put("bootable", String.valueOf(volume.traits().bootable()));
    // Also of a type with encryption specs: Atoll encrypts its repository, not what a machine reads
    // and writes, and a client that read "true" would look for a key that nobody has.
    shown.put("encrypted", false);
    shown.put("replication_status", null);
    shown.put("consistencygroup_id", null);
    shown.put("multiattach", false);
    if (call.caller().isAdmin()) {
      shown.put("migration_status", null);
    }
    shown.put("attachments", attachments(details));
    addByVersion(call, details, shown);
    return shown;
  }

  private static void addByVersion(Call call, VolumeDetails details, Map<String, Object> shown) {
    if (call.version().has(13)) {
      shown.put("group_id", null);
    }
    if (call.version().has(21) && call.caller().isAdmin()) {
      shown.put("provider_id", null);
    }
    if (call.version().has(48)) {
      shown.put("service_uuid", null);
      shown.put("shared_targets", call.version().has(69) ? null : Boolean.FALSE);
    }
    if (call.version().has(61) && call.caller().isAdmin()) {
      shown.put("cluster_name", null);
    }
    if (call.version().has(63)) {
      shown.put("volume_type_id", details.type().id().toString());
    }
    if (call.version().has(65)) {
      shown.put("consumes_quota", true);
    }
  }

  /** As in the answer about one, and in lists in detail. */
  Map<String, Object> shown(Call call, VolumeDetails details) {
    Map<String, Object> shown = made(call, details);
    shown.put("os-vol-tenant-attr:tenant_id", OpenStackId.of(details.volume().owner().project()));
    if (call.caller().isAdmin()) {
      shown.put("os-vol-host-attr:host", host);
      shown.put("os-vol-mig-status-attr:migstat", null);
      shown.put("os-vol-mig-status-attr:name_id", null);
    }
    if (!details.imageMetadata().isEmpty()) {
      shown.put("volume_image_metadata", details.imageMetadata());
    }
    return shown;
  }

  /** What is empty here is absent there. */
  static @Nullable String named(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable String text(@Nullable Object id) {
    return id == null ? null : id.toString();
  }

  private static Map<String, String> metadata(VolumeDetails details) {
    var metadata = new TreeMap<>(details.metadata());
    if (details.volume().traits().readOnly()) {
      metadata.put("readonly", "True");
    }
    return metadata;
  }

  private List<Map<String, Object>> attachments(VolumeDetails details) {
    Attachment attachment = details.attachment();
    if (attachment == null) {
      return List.of();
    }
    var shown = new LinkedHashMap<String, Object>();
    VolumeId volume = details.volume().id();
    shown.put("id", volume.toString());
    shown.put("attachment_id", AttachmentView.id(volume).toString());
    shown.put("volume_id", volume.toString());
    shown.put("server_id", attachment.instance().toString());
    shown.put("host_name", null);
    shown.put("device", AttachmentView.device(attachment));
    shown.put("attached_at", Times.of(attachment.attachedAt()));
    return List.of(shown);
  }

  /** Cinder's word for how a volume is: what is reserved for nobody is said to be on its way. */
  static String status(Volume volume) {
    return volume.status() == VolumeStatus.RESERVED && volume.reservedFor() == null
        ? word(VolumeStatus.ATTACHING)
        : word(volume.status());
  }

  private static String word(VolumeStatus status) {
    return switch (status) {
      case CREATING -> "creating";
      case AVAILABLE -> "available";
      case RESERVED -> "reserved";
      case ATTACHING -> "attaching";
      case IN_USE -> "in-use";
      case DETACHING -> "detaching";
      case REVERTING -> "reverting";
      case RESTORING -> "restoring-backup";
      case AWAITING_TRANSFER -> "awaiting-transfer";
      case ERROR -> "error";
    };
  }

  /** The statuses of which Cinder's word is this; none if it never occurs here. */
  static List<VolumeStatus> statuses(String word) {
    return word.equals(word(VolumeStatus.ATTACHING))
        ? List.of(VolumeStatus.ATTACHING, VolumeStatus.RESERVED)
        : Arrays.stream(VolumeStatus.values()).filter(status -> word(status).equals(word)).toList();
  }
}
