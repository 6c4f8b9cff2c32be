package atoll.api.volume;

import atoll.api.openstack.Times;
import atoll.model.Attachment;
import atoll.model.Volume;
import atoll.model.VolumeDetails;
import atoll.model.VolumeId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How an attachment is shown. A volume has at most one, which may only be a reservation yet; its id
 * follows from the volume's.
 */
final class AttachmentView {
  /** Distinguishes ids made of others from those; any fixed number would do. */
  private static final long MARK = 0xa77ac4ed_00000000L;

  private AttachmentView() {}

  /** The id of a volume's attachment. */
  static UUID id(VolumeId volume) {
    return marked(volume.value());
  }

  /** The volume of an attachment's id, if there is such a volume. */
  static VolumeId volume(UUID attachment) {
    return new VolumeId(marked(attachment));
  }

  private static UUID marked(UUID id) {
    return new UUID(id.getMostSignificantBits() ^ MARK, id.getLeastSignificantBits());
  }

  /** As in short lists. */
  static Map<String, Object> summary(VolumeDetails details) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", id(details.volume().id()).toString());
    shown.put("status", status(details.volume()));
    shown.put("instance", instance(details));
    shown.put("volume_id", details.volume().id().toString());
    return shown;
  }

  /** As in the answer about one, and in lists in detail. */
  static Map<String, Object> shown(VolumeDetails details) {
    Map<String, Object> shown = summary(details);
    Attachment attachment = details.attachment();
    shown.put("attached_at", attachment == null ? "" : Times.of(attachment.attachedAt()));
    shown.put("detached_at", "");
    shown.put("attach_mode", attachment == null ? "null" : mode(details.volume()));
    shown.put("connection_info", attachment == null ? Map.of() : connection(details, attachment));
    return shown;
  }

  /** Where a volume is in the machine: what lies between is Atoll's own business. */
  private static Map<String, Object> connection(VolumeDetails details, Attachment attachment) {
    var info = new LinkedHashMap<String, Object>();
    info.put("driver_volume_type", "local");
    info.put("volume_id", details.volume().id().toString());
    info.put("attachment_id", id(details.volume().id()).toString());
    info.put("device_path", device(attachment));
    info.put("access_mode", mode(details.volume()));
    info.put("encrypted", false);
    return info;
  }

  /** How a guest names the disk in an attachment's slot. */
  static String device(Attachment attachment) {
    return "/dev/vd" + (char) ('a' + attachment.slot());
  }

  private static String mode(Volume volume) {
    return volume.traits().readOnly() ? "ro" : "rw";
  }

  private static @Nullable String instance(VolumeDetails details) {
    Attachment attachment = details.attachment();
    Object instance = attachment == null ? details.volume().reservedFor() : attachment.instance();
    return instance == null ? null : instance.toString();
  }

  private static String status(Volume volume) {
    return switch (volume.status()) {
      case RESERVED -> "reserved";
      case ATTACHING -> "attaching";
      case IN_USE -> "attached";
      case DETACHING -> "detaching";
      default -> "detached";
    };
  }
}
