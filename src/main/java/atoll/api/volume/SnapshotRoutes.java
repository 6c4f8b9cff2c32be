package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.Flags;
import atoll.api.openstack.ListParameters;
import atoll.engine.Inventory;
import atoll.engine.Quiesce;
import atoll.engine.Refusal;
import atoll.engine.RefusedException;
import atoll.engine.Snapshots;
import atoll.engine.TakeRequest;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Page;
import atoll.model.Snapshot;
import atoll.model.SnapshotDetails;
import atoll.model.SnapshotFilter;
import atoll.model.SnapshotId;
import atoll.model.VolumeDetails;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
    api.addPlannable(HttpMethod.POST, "/snapshots", Access.MEMBER, this::create);
    api.add(HttpMethod.GET, "/snapshots/{id}", Access.READER, this::show);
    api.add(HttpMethod.PUT, "/snapshots/{id}", Access.MEMBER, this::update);
    api.addPlannable(HttpMethod.DELETE, "/snapshots/{id}", Access.MEMBER, this::delete);
    api.addPlannable(HttpMethod.POST, "/snapshots/{id}/action", Access.ADMIN, this::act);
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
      answer.put("count", filter == null ? 0 : inventory.count(filter));
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
    return new SnapshotFilter(
        Things.projectOf(call),
        Filters.id(call, "id", SnapshotId::new),
        call.query("name"),
        Filters.id(call, "volume_id", VolumeId::new),
        usable,
        call.version().has(22) ? Filters.metadata(call) : Map.of(),
        Filters.period(call, "created_at"),
        Filters.period(call, "updated_at"));
  }

  private Response create(Call call) throws IOException, InterruptedException {
    Fields body = call.body("snapshot");
    VolumeDetails volume = things.volume(call, body.requiredText("volume_id", 1, 36));
    Naming naming = Naming.in(body);
    boolean force = body.flag("force", false);
    Map<String, String> metadata = body.texts("metadata");
    body.end();
    requireForce(call, volume, force);
    var request =
        new TakeRequest(
            List.of(volume.volume().id()),
            Things.owner(call),
            naming.name(),
            naming.description(),
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
    Snapshot before = things.snapshot(call).snapshot();
    Fields body = call.body("snapshot");
    Naming naming = Naming.in(body, before.name(), before.description());
    Map<String, String> metadata = body.has("metadata") ? body.texts("metadata") : null;
    body.end();
    SnapshotDetails now =
        inventory.describe(before.id(), naming.name(), naming.description(), metadata);
    return Response.json(200, Map.of("snapshot", SnapshotView.made(call, now)));
  }

  private Response delete(Call call) {
    snapshots.delete(things.snapshot(call).snapshot().id());
    return Response.empty(202);
  }

  private Response act(Call call) {
    Snapshot snapshot = things.snapshot(call).snapshot();
    Actions.Action action = Actions.in(call);
    switch (action.name()) {
      case "os-force_delete" -> snapshots.delete(snapshot.id());
      case "os-reset_status", "os-update_snapshot_status" ->
          TrueStatus.require(
              action, "snapshot", snapshot.id(), SnapshotView.status(snapshot.state()));
      default -> throw Actions.unknown(action.name());
    }
    return Response.empty(202);
  }
}
