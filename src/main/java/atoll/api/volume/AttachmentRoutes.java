package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.ListParameters;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Instances;
import atoll.engine.Inventory;
import atoll.engine.Reservations;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.InstanceId;
import atoll.model.Page;
import atoll.model.Period;
import atoll.model.VolumeDetails;
import atoll.model.VolumeFilter;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The calls about attachments: to instances of this cloud, for there is nothing else to attach to.
 * A new one reserves the volume for its instance; a connector, whatever it says, plugs it in.
 * Source: Block Storage API v3, Attachments.
 */
final class AttachmentRoutes {
  private static final int SINCE = 27;
  private static final int COMPLETE_SINCE = 44;
  private static final int MODE_SINCE = 54;

  private static final Map<String, VolumeFilter.Key> KEYS =
      Map.of("created_at", VolumeFilter.Key.CREATED_AT, "id", VolumeFilter.Key.ID);
  private static final List<VolumeStatus> ATTACHED =
      List.of(
          VolumeStatus.RESERVED,
          VolumeStatus.ATTACHING,
          VolumeStatus.IN_USE,
          VolumeStatus.DETACHING);

  private final Instances instances;
  private final Reservations reservations;
  private final Inventory inventory;
  private final Things things;

  AttachmentRoutes(
      Instances instances, Reservations reservations, Inventory inventory, Things things) {
    this.instances = instances;
    this.reservations = reservations;
    this.inventory = inventory;
    this.things = things;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(SINCE, HttpMethod.GET, "/attachments", Access.READER, call -> list(call, false));
    api.add(SINCE, HttpMethod.GET, "/attachments/detail", Access.READER, call -> list(call, true));
    api.add(SINCE, HttpMethod.POST, "/attachments", Access.MEMBER, this::create);
    api.add(SINCE, HttpMethod.GET, "/attachments/{id}", Access.READER, this::show);
    api.add(SINCE, HttpMethod.PUT, "/attachments/{id}", Access.MEMBER, this::connect);
    api.add(SINCE, HttpMethod.DELETE, "/attachments/{id}", Access.MEMBER, this::delete);
    api.add(
        COMPLETE_SINCE, HttpMethod.POST, "/attachments/{id}/action", Access.MEMBER, this::complete);
  }

  private Response list(Call call, boolean detailed) {
    String marker = call.query("marker");
    Page<VolumeFilter.Key> page =
        ListParameters.page(
            call, KEYS, VolumeFilter.Key.CREATED_AT, Things.noSuch("attachment", marker));
    UUID after = page.marker();
    if (after != null) {
      page =
          new Page<>(
              page.order(), AttachmentView.volume(after).value(), page.offset(), page.limit());
    }
    var filter =
        new VolumeFilter(
            Things.projectOf(call),
            Filters.id(call, "volume_id", VolumeId::new),
            null,
            statuses(call.query("status")),
            null,
            null,
            null,
            Filters.id(call, "instance_id", InstanceId::new),
            Map.of(),
            Period.ANY,
            Period.ANY);
    return Response.json(
        200,
        Lists.page(
            call,
            "attachments",
            "attachment_links",
            detailed ? "attachments/detail" : "attachments",
            inventory.volumes(filter, page),
            detailed ? AttachmentView::shown : AttachmentView::summary,
            one -> AttachmentView.id(one.volume().id())));
  }

  private static List<VolumeStatus> statuses(@Nullable String word) {
    return switch (word) {
      case null -> ATTACHED;
      case "reserved" -> List.of(VolumeStatus.RESERVED);
      case "attaching" -> List.of(VolumeStatus.ATTACHING);
      case "attached" -> List.of(VolumeStatus.IN_USE);
      case "detaching" -> List.of(VolumeStatus.DETACHING);
      default ->
          throw new HttpException(
              400,
              "Invalid input received: status is one of reserved, attaching, attached, detaching");
    };
  }

  private Response create(Call call) throws IOException, InterruptedException {
    Fields body = call.body("attachment");
    VolumeId volume = things.volume(call, body.requiredText("volume_uuid", 1, 36)).volume().id();
    UUID instance = body.uuid("instance_uuid");
    boolean connect = body.any("connector") != null;
    if (call.version().has(MODE_SINCE)) {
      requireWritable(body.choice("mode", List.of("rw", "ro")));
    }
    body.end();
    InstanceId of =
        instance == null ? null : Belongings.instance(call, instances, instance.toString()).id();
    if (connect) {
      InstanceId to = requireInstance(volume, of);
      reservations.reserve(volume, to);
      plug(volume, to);
    } else {
      reservations.reserve(volume, of);
    }
    return shown(volume);
  }

  private static void requireWritable(@Nullable String mode) {
    if ("ro".equals(mode)) {
      throw new HttpException(
          400, "Invalid input received: volumes are attached to be read and written");
    }
  }

  private static InstanceId requireInstance(VolumeId volume, @Nullable InstanceId instance) {
    if (instance == null) {
      throw new HttpException(
          400,
          "Invalid input received: volume %s is reserved for no instance, and volumes are attached"
                  .formatted(volume)
              + " to instances only: name instance_uuid");
    }
    return instance;
  }

  private void plug(VolumeId volume, InstanceId instance) throws IOException, InterruptedException {
    try {
      instances.attach(instance, volume, false);
    } catch (IOException | InterruptedException | RuntimeException e) {
      reservations.release(volume); // whoever asks again reserves it again
      throw e;
    }
  }

  private Response shown(VolumeId volume) {
    return Response.json(200, Map.of("attachment", AttachmentView.shown(inventory.volume(volume))));
  }

  private Response show(Call call) {
    return shown(attached(call).volume().id());
  }

  /** The volume of the attachment that the path names. */
  private VolumeDetails attached(Call call) {
    String text = call.parameter("id");
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw Things.noSuch("attachment", text);
    }
    return things.attached(call, text, AttachmentView.volume(id), ATTACHED);
  }

  private Response connect(Call call) throws IOException, InterruptedException {
    VolumeDetails details = attached(call);
    Fields body = call.body("attachment");
    JsonNode _ = body.required("connector");
    body.end();
    if (details.volume().status() == VolumeStatus.RESERVED) {
      VolumeId volume = details.volume().id();
      plug(volume, requireInstance(volume, details.volume().reservedFor()));
    }
    return shown(details.volume().id());
  }

  /** What is attached is so when the call that attached it was answered. */
  private Response complete(Call call) {
    VolumeDetails details = attached(call);
    Actions.Action action = Actions.in(call);
    if (!action.name().equals("os-complete")) {
      throw Actions.unknown(action.name());
    }
    if (details.volume().status() == VolumeStatus.RESERVED) {
      throw new HttpException(
          400,
          "Invalid volume attachment: %s is only reserved: update it with a connector first"
              .formatted(call.parameter("id")));
    }
    return Response.empty(204);
  }

  private Response delete(Call call) throws IOException, InterruptedException {
    VolumeDetails details = attached(call);
    VolumeId volume = details.volume().id();
    if (!reservations.release(volume)) {
      instances.detach(volume);
    }
    return Response.json(200, Map.of("attachments", List.of()));
  }
}
