package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.Flags;
import atoll.api.openstack.ListParameters;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Inventory;
import atoll.engine.Quiesce;
import atoll.engine.Refusal;
import atoll.engine.RefusedException;
import atoll.engine.Snapshots;
import atoll.engine.TakeRequest;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.MetadataKind;
import atoll.model.Page;
import atoll.model.SnapshotDetails;
import atoll.model.SnapshotFilter;
import atoll.model.SnapshotId;
import atoll.model.VolumeDetails;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The calls about snapshots. Source: Block Storage API v3, Snapshots. */
final class SnapshotRoutes {
  private static final Map<String, SnapshotFilter.Key> KEYS =
      Map.of(
          "created_at", SnapshotFilter.Key.CREATED_AT,
          "updated_at", SnapshotFilter.Key.UPDATED_AT,
          "name", SnapshotFilter.Key.NAME,
          "display_name", SnapshotFilter.Key.NAME,
          "volume_size", SnapshotFilter.Key.SIZE,
          "volume_id", SnapshotFilter.Key.VOLUME,
          "id", SnapshotFilter.Key.ID);

  private final Snapshots snapshots;
  private final Inventory inventory;
  private final Things things;

  SnapshotRoutes(Snapshots snapshots, Inventory inventory, Things things) {
    this.snapshots = snapshots;
    this.inventory = inventory;
    this.things = things;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/snapshots", Access.READER, call -> list(call, false));
    api.add(HttpMethod.GET, "/snapshots/detail", Access.READER, call -> list(call, true));
    api.add(HttpMethod.POST, "/snapshots", Access.MEMBER, this::create);
    api.add(HttpMethod.GET, "/snapshots/{id}", Access.READER, this::show);
    api.add(HttpMethod.PUT, "/snapshots/{id}", Access.MEMBER, this::update);
    api.add(HttpMethod.DELETE, "/snapshots/{id}", Access.MEMBER, this::delete);
    api.add(HttpMethod.POST, "/snapshots/{id}/action", Access.ADMIN, this::act);
  }

  private Response list(Call call, boolean detailed) {
    Page<SnapshotFilter.Key> page =
        ListParameters.page(
            call,
            KEYS,
            SnapshotFilter.Key.CREATED_AT,
            Things.noSuch("snapshot", call.query("marker")));
    SnapshotFilter filter = filter(call);
    List<SnapshotDetails> found = filter == null ? List.of() : inventory.snapshots(filter, page);
    Map<String, Object> answer =
        Lists.page(
            call,
            "snapshots",
            "snapshots_links",
            detailed ? "snapshots/detail" : "snapshots",
            found,
            one -> detailed ? SnapshotView.shown(call, one) : SnapshotView.made(call, one),
            one -> one.snapshot().id());
    if (call.version().has(45) && Flags.isYes(call.query("with_count"))) {
      answer.put("count", inventory.snapshotsOf(Things.projectOf(call)).count());
    }
    return Response.json(200, answer);
  }

  /** Null where nothing can fit. */
  private static @Nullable SnapshotFilter filter(Call call) {
    Boolean usable = null;
    String status = call.query("status");
    if (status != null) {
      if (!status.equals("available") && !status.equals("error")) {
        return null;
      }
      usable = status.equals("available");
    }
    String volume = call.query("volume_id");
    UUID volumeId = volume == null ? null : OpenStackId.parse(volume);
    String own = call.query("id");
    UUID ownId = own == null ? null : OpenStackId.parse(own);
    if ((volume != null && volumeId == null) || (own != null && ownId == null)) {
      return null;
    }
    return new SnapshotFilter(
        Things.projectOf(call),
        ownId == null ? null : new SnapshotId(ownId),
        call.query("name"),
        volumeId == null ? null : new VolumeId(volumeId),
        usable,
        call.version().has(22) ? Filters.metadata(call) : Map.of(),
        Filters.period(call, "created_at"),
        Filters.period(call, "updated_at"));
  }

  private Response create(Call call) throws IOException, InterruptedException {
    Fields body = call.body("snapshot");
    VolumeDetails volume = things.volume(call, body.requiredText("volume_id", 1, 36));
    String name = VolumeRoutes.firstText(body, "name", "display_name", "");
    String description = VolumeRoutes.firstText(body, "description", "display_description", "");
    boolean force = body.flag("force", false);
    Map<String, String> metadata = body.texts("metadata");
    body.end();
    requireForce(call, volume, force);
    var request =
        new TakeRequest(
            List.of(volume.volume().id()),
            Things.owner(call),
            name,
            description,
            metadata,
            Quiesce.PREFERRED);
    SnapshotId taken = snapshots.take(request).getFirst().id();
    return Response.json(
        202, Map.of("snapshot", SnapshotView.made(call, inventory.snapshot(taken))));
  }

  /** Before 3.66, a snapshot of an attached volume must be asked for expressly. */
  private static void requireForce(Call call, VolumeDetails details, boolean force) {
    boolean attached = details.volume().status() == VolumeStatus.IN_USE;
    if (attached && !force && !call.version().has(66)) {
      throw new RefusedException(
          new Refusal.WrongState(
              "volume",
              details.volume().id().toString(),
              "in-use",
              "its status must be available: a snapshot of an attached volume is taken with force"));
    }
  }

  private Response show(Call call) {
    return Response.json(200, Map.of("snapshot", SnapshotView.shown(call, things.snapshot(call))));
  }

  private Response update(Call call) {
    SnapshotDetails before = things.snapshot(call);
    Fields body = call.body("snapshot");
    String name = VolumeRoutes.firstText(body, "name", "display_name", before.snapshot().name());
    String description =
        VolumeRoutes.firstText(
            body, "description", "display_description", before.snapshot().description());
    Map<String, String> metadata = body.has("metadata") ? body.texts("metadata") : null;
    body.end();
    SnapshotId id = before.snapshot().id();
    if (metadata != null) {
      inventory.replaceNotes(MetadataKind.USER, id.value(), metadata);
    }
    return Response.json(
        200,
        Map.of("snapshot", SnapshotView.made(call, inventory.describe(id, name, description))));
  }

  private Response delete(Call call) {
    snapshots.delete(things.snapshot(call).snapshot().id());
    return Response.empty(202);
  }

  private Response act(Call call) {
    SnapshotId id = things.snapshot(call).snapshot().id();
    Actions.Action action = Actions.in(call);
    return switch (action.name()) {
      case "os-force_delete" -> {
        snapshots.delete(id);
        yield Response.empty(202);
      }
      default -> throw Actions.unknown(action.name());
    };
  }
}
