package atoll.api.volume;

import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.engine.Instances;
import atoll.engine.Reservations;
import atoll.http.HttpException;
import atoll.http.Response;
import atoll.model.InstanceId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** What can be done with a volume to attach it. Source: Block Storage API v3, Volume actions. */
final class AttachmentActions {
  private final Instances instances;
  private final Reservations reservations;

  AttachmentActions(Instances instances, Reservations reservations) {
    this.instances = instances;
    this.reservations = reservations;
  }

  Response act(Call call, Volume volume, Actions.Action action)
      throws IOException, InterruptedException {
    JsonNode argument = action.argument();
    switch (action.name()) {
      case "os-reserve" -> reserve(volume);
      case "os-unreserve" -> release(volume.id());
      case "os-attach" -> attach(call, volume, Fields.of(action.name(), argument));
      case "os-detach" -> detach(volume, Fields.of(action.name(), argument));
      case "os-reset_status" -> reset(call, volume, action);
      default -> throw Actions.unknown(action.name());
    }
    return Response.empty(202);
  }

  private void reserve(Volume volume) {
    if (volume.status() != VolumeStatus.AVAILABLE) {
      throw new HttpException(
          400,
          "Invalid volume: Volume status must be available to reserve, but the status is %s."
              .formatted(VolumeView.status(volume)));
    }
    reservations.reserve(volume.id(), null);
  }

  /** Lets go of a volume that is reserved; nothing happens to others. */
  void release(VolumeId volume) {
    boolean _ = reservations.release(volume);
  }

  private void attach(Call call, Volume volume, Fields fields)
      throws IOException, InterruptedException {
    UUID instance = fields.uuid("instance_uuid");
    fields.text("mountpoint", Fields.NAME_MAX); // the guest's slot decides
    fields.text("host_name", Fields.NAME_MAX);
    fields.text("mode", Fields.NAME_MAX);
    fields.end();
    if (instance == null) {
      throw new HttpException(
          400,
          "Invalid input received: volumes are attached to instances only: name instance_uuid");
    }
    InstanceId to = Belongings.instance(call, instances, instance.toString()).id();
    instances.attach(to, volume.id(), false);
  }

  private void detach(Volume volume, Fields fields) throws IOException, InterruptedException {
    UUID attachment = fields.uuid("attachment_id");
    fields.end();
    if (attachment != null && !attachment.equals(AttachmentView.id(volume.id()))) {
      throw Things.noSuch("attachment", attachment.toString());
    }
    if (volume.status() != VolumeStatus.IN_USE) {
      throw new HttpException(
          400,
          "Invalid volume: Unable to detach volume. Volume status must be 'in-use' and"
              + " attach_status must be 'attached' to detach.");
    }
    instances.detach(volume.id());
  }

  /**
   * What a volume is cannot be said, only seen, and what is stuck gets loose by itself. So all that
   * an admin may say is that it is kept for nobody, for somebody, or what it is.
   */
  private void reset(Call call, Volume volume, Actions.Action action) {
    if (!call.caller().isAdmin()) {
      throw new HttpException(
          403,
          "Policy doesn't allow volume_extension:volume_admin_actions:reset_status to be performed.");
    }
    String status = TrueStatus.said(action);
    if (status == null || status.equals(VolumeView.status(volume))) {
      return;
    }
    boolean done =
        switch (status) {
          case "available" -> reservations.release(volume.id());
          case "attaching" -> {
            reserve(volume);
            yield true;
          }
          default -> false;
        };
    if (!done) {
      throw TrueStatus.untrue("volume", volume.id(), VolumeView.status(volume), status);
    }
  }
}
