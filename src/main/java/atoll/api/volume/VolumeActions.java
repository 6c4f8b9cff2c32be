package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.engine.Inventory;
import atoll.engine.Reverts;
import atoll.engine.Volumes;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.MetadataKind;
import atoll.model.Snapshot;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeTraits;
import atoll.model.VolumeTypeId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** What can be done with a volume. Source: Block Storage API v3, Volume actions. */
final class VolumeActions {
  private static final int REVERT = 40;
  private static final int EXTEND_IN_USE = 42;

  private final Volumes volumes;
  private final Reverts reverts;
  private final AttachmentActions attaching;
  private final Inventory inventory;
  private final Things things;
  private final TypeFinder types;

  VolumeActions(
      Volumes volumes,
      Reverts reverts,
      AttachmentActions attaching,
      Inventory inventory,
      Things things,
      TypeFinder types) {
    this.volumes = volumes;
    this.reverts = reverts;
    this.attaching = attaching;
    this.inventory = inventory;
    this.things = things;
    this.types = types;
  }

  void addTo(VolumeApi.Builder api) {
    api.addPlannable(HttpMethod.POST, "/volumes/{id}/action", Access.MEMBER, this::act);
  }

  private Response act(Call call) throws IOException, InterruptedException {
    Volume volume = things.volume(call).volume();
    Actions.Action action = Actions.in(call);
    JsonNode argument = action.argument();
    UUID id = volume.id().value();
    return switch (action.name()) {
      case "os-extend" -> extend(call, volume, Fields.of("os-extend", argument));
      case "os-set_bootable" ->
          traits(volume, flag(argument, action.name(), "bootable"), this::bootable, 200);
      case "os-update_readonly_flag" ->
          traits(
              notOffered(volume), flag(argument, action.name(), "readonly"), this::readOnly, 202);
      case "os-set_image_metadata" -> {
        Fields fields = Fields.of(action.name(), argument);
        Map<String, String> notes = fields.requiredTexts("metadata");
        fields.end();
        yield Response.json(200, Map.of("metadata", inventory.note(MetadataKind.IMAGE, id, notes)));
      }
      case "os-show_image_metadata" ->
          Response.json(200, Map.of("metadata", inventory.notes(MetadataKind.IMAGE, id)));
      case "os-unset_image_metadata" -> {
        Fields fields = Fields.of(action.name(), argument);
        String name = fields.requiredText("key", 1, Fields.NAME_MAX);
        fields.end();
        if (!inventory.removeNote(MetadataKind.IMAGE, id, name)) {
          throw new HttpException(404, "Metadata item was not found");
        }
        yield Response.empty(200);
      }
      case "os-reserve", "os-unreserve", "os-attach", "os-detach", "os-reset_status" ->
          attaching.act(call, volume, action);
      case "revert" -> revert(call, volume, Fields.of(action.name(), argument));
      case "os-retype" -> retype(call, volume, Fields.of(action.name(), argument));
      case "os-force_delete" -> forceDelete(call, volume.id());
      default -> throw Actions.unknown(action.name());
    };
  }

  private Response extend(Call call, Volume volume, Fields fields) throws IOException {
    long size = fields.requiredNumber("new_size", 1, Gib.SIZE_MAX);
    fields.end();
    long now = Gib.of(volume.sizeBytes());
    if (size <= now) {
      throw new HttpException(
          400,
          "Invalid input received: New size for extend must be greater than current size."
              + " (current: %d, extended: %d).".formatted(now, size));
    }
    if (volume.status() == VolumeStatus.IN_USE && !call.version().has(EXTEND_IN_USE)) {
      throw new HttpException(
          400,
          "Invalid volume: Volume %s status must be available to extend, currently in-use."
              .formatted(volume.id()));
    }
    volumes.extend(volume.id(), size * Gib.BYTES);
    return Response.empty(202);
  }

  private Response revert(Call call, Volume volume, Fields fields) {
    if (!call.version().has(REVERT)) {
      throw Actions.unknown("revert");
    }
    Snapshot snapshot =
        things.snapshot(call, fields.requiredText("snapshot_id", 36, 36)).snapshot();
    fields.end();
    reverts.revert(volume.id(), snapshot.id());
    return Response.empty(202);
  }

  private Response retype(Call call, Volume volume, Fields fields) {
    String wanted = fields.requiredText("new_type", 1, Fields.NAME_MAX);
    fields.choice("migration_policy", List.of("on-demand", "never")); // nothing has to move
    fields.end();
    VolumeTypeId type = types.named(call, wanted).type().id();
    if (!types.all().retype(volume.id(), type)) {
      throw new HttpException(
          400,
          "Invalid volume: Retype needs volume to be in available or in-use state, not be part of"
              + " an active migration or a consistency group, requested type has to be different"
              + " that the one from the volume, and for in-use volumes front-end qos specs cannot"
              + " change.");
    }
    return Response.empty(202);
  }

  private static boolean flag(JsonNode argument, String action, String name) {
    Fields fields = Fields.of(action, argument);
    fields.required(name);
    boolean flag = fields.flag(name, false);
    fields.end();
    return flag;
  }

  /** Who accepts a volume gets it as it was offered. */
  private static Volume notOffered(Volume volume) {
    if (volume.status() == VolumeStatus.AWAITING_TRANSFER) {
      throw new HttpException(
          400,
          "Invalid volume: Volume %s status must be available to update readonly flag, but current status is: awaiting-transfer."
              .formatted(volume.id()));
    }
    return volume;
  }

  /** Gives traits another value of one of them. */
  private interface Change {
    VolumeTraits apply(VolumeTraits traits, boolean value);
  }

  private VolumeTraits bootable(VolumeTraits traits, boolean value) {
    return new VolumeTraits(traits.type(), value, traits.readOnly());
  }

  private VolumeTraits readOnly(VolumeTraits traits, boolean value) {
    return new VolumeTraits(traits.type(), traits.bootable(), value);
  }

  private Response traits(Volume volume, boolean value, Change change, int status) {
    inventory.setTraits(volume.id(), traits -> change.apply(traits, value));
    return Response.empty(status);
  }

  private Response forceDelete(Call call, VolumeId id) {
    if (!call.caller().isAdmin()) {
      throw new HttpException(
          403,
          "Policy doesn't allow volume_extension:volume_admin_actions:force_delete to be performed.");
    }
    attaching.release(id);
    volumes.delete(id);
    return Response.empty(202);
  }
}
