package atoll.api.own;

import atoll.api.openstack.Access;
import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.engine.Difference;
import atoll.engine.Inventory;
import atoll.engine.Quiesce;
import atoll.engine.Refusal;
import atoll.engine.RefusedException;
import atoll.engine.Snapshots;
import atoll.engine.TakeRequest;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.BackupFigures;
import atoll.model.Point;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.SnapshotState;
import atoll.model.VolumeId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The calls about snapshots that other dialects have no words for: several volumes at one instant,
 * what a snapshot cost, where two differ.
 */
final class SnapshotRoutes {
  private static final String PATH = "/snapshots";

  /** The most volumes of one take: an instance has no more slots. */
  private static final int VOLUMES_MAX = 26;

  private static final int SNAPSHOTS_MAX = 1000;

  private final Snapshots snapshots;
  private final Inventory inventory;

  SnapshotRoutes(Snapshots snapshots, Inventory inventory) {
    this.snapshots = snapshots;
    this.inventory = inventory;
  }

  void addTo(OwnApi.Builder api) {
    api.addPlannable(HttpMethod.POST, PATH, Access.MEMBER, this::take);
    api.addPlannable(HttpMethod.POST, PATH + "/delete", Access.MEMBER, this::delete);
    api.add(HttpMethod.GET, PATH + "/{id}", Access.READER, this::show);
    api.add(HttpMethod.GET, PATH + "/{id}/digest", Access.READER, this::digest);
    api.add(HttpMethod.GET, PATH + "/{id}/diff/{later}", Access.READER, this::diff);
  }

  private Snapshot inPath(Call call, String parameter) {
    return find(call, call.parameter(parameter));
  }

  private Snapshot find(Call call, String text) {
    return Belongings.find(
        call,
        "snapshot",
        text,
        id -> snapshots.get(new SnapshotId(id)),
        found -> found.owner().project());
  }

  private Response take(Call call) throws IOException, InterruptedException {
    Fields body = Fields.of("body", call.json());
    List<VolumeId> volumes = volumes(call, body.required("volumes"));
    String name = body.text("name", Fields.NAME_MAX);
    String description = body.text("description", Fields.NAME_MAX);
    Map<String, String> metadata = body.texts("metadata");
    String quiesce = body.choice("quiesce", List.of("required", "preferred", "none"));
    body.end();
    var request =
        new TakeRequest(
            volumes,
            Lists.owner(call),
            name == null ? "" : name,
            description == null ? "" : description,
            metadata,
            quiesce == null
                ? Quiesce.PREFERRED
                : Quiesce.valueOf(quiesce.toUpperCase(Locale.ROOT)));
    var answer = new LinkedHashMap<String, Object>();
    List<Snapshot> taken = snapshots.take(request);
    answer.put("set_id", Shown.id(taken.getFirst().set()));
    answer.put("items", taken.stream().map(this::shown).toList());
    return Response.json(201, answer);
  }

  /** The volumes of a take, of which the caller must have each. */
  private List<VolumeId> volumes(Call call, JsonNode ids) {
    return ids("volumes", ids, VOLUMES_MAX)
        .map(id -> Belongings.volume(call, inventory, id).volume().id())
        .toList();
  }

  private static Stream<String> ids(String things, JsonNode ids, int max) {
    if (!ids.isArray() || ids.isEmpty() || ids.size() > max) {
      throw new HttpException(
          400, "%1$s must be a list of 1 to %2$d ids of %1$s".formatted(things, max));
    }
    return ids.valueStream().map(id -> id.isString() ? id.stringValue() : id.toString());
  }

  private Response delete(Call call) {
    Fields body = Fields.of("body", call.json());
    List<SnapshotId> all =
        ids("snapshots", body.required("snapshots"), SNAPSHOTS_MAX)
            .map(id -> find(call, id).id())
            .distinct()
            .toList();
    body.end();
    snapshots.delete(all);
    return Response.empty(202);
  }

  private Response show(Call call) {
    return Response.json(200, shown(inPath(call, "id")));
  }

  private Map<String, Object> shown(Snapshot snapshot) {
    SnapshotState state = snapshot.state();
    Point point = snapshots.point(snapshot.id());
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", snapshot.id().toString());
    shown.put("name", snapshot.name());
    shown.put("volume_id", snapshot.volume().toString());
    shown.put("project_id", Shown.project(snapshot.owner().project()));
    shown.put("set_id", Shown.id(snapshot.set()));
    shown.put("point_id", snapshot.point().toString());
    shown.put("size_bytes", snapshot.volumeSizeBytes());
    shown.put("state", Shown.state(state));
    shown.put("progress", Shown.progress(state));
    shown.put("fault", Shown.fault(state));
    shown.put("taken_at", Shown.time(point.takenAt()));
    shown.put("consistency", Shown.choice(point.consistency()));
    shown.put("frozen_millis", point.frozen().toNanos() / 1e6);
    BackupFigures figures = figures(state);
    shown.put("changed_bytes", figures == null ? null : figures.changedBytes());
    shown.put("read_bytes", figures == null ? null : figures.readBytes());
    shown.put("stored_bytes", figures == null ? null : figures.storedBytes());
    shown.put("backup_millis", figures == null ? null : figures.millis());
    shown.put("content_digest", figures == null ? null : figures.contentDigest());
    return shown;
  }

  private static @Nullable BackupFigures figures(SnapshotState state) {
    return state instanceof SnapshotState.BackedUp(_, BackupFigures figures) ? figures : null;
  }

  private Response digest(Call call) {
    Snapshot snapshot = inPath(call, "id");
    BackupFigures figures = figures(snapshot.state());
    if (figures == null) {
      throw new RefusedException(
          new Refusal.WrongState(
              "snapshot",
              snapshot.id().toString(),
              "not in the repository yet",
              "its digest is known when its state is backed_up"));
    }
    return Response.json(200, Map.of("content_digest", figures.contentDigest()));
  }

  private Response diff(Call call) {
    Snapshots.Pair pair = snapshots.pair(inPath(call, "id").id(), inPath(call, "later").id());
    return Response.stream(200, "application/json", out -> write(pair, out));
  }

  /** Piece by piece: of large volumes there may be millions of ranges. */
  private static void write(Snapshots.Pair pair, OutputStream out) throws IOException {
    var text = new StringBuilder("{\"ranges\": [");
    long[] total = new long[1];
    pair.visit(difference -> {
      text.append(total[0] == 0 ? "\n" : ",\n").append(range(difference));
      total[0] += difference.lengthBytes();
      if (text.length() > 1 << 14) {
        out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
        text.setLength(0);
      }
    });
    text.append("],\n\"differing_bytes\": ").append(total[0]).append("}\n");
    out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static String range(Difference difference) {
    return "{\"offset\": %d, \"length\": %d, \"kind\": \"%s\"}"
        .formatted(
            difference.offsetBytes(), difference.lengthBytes(), Shown.choice(difference.kind()));
  }
}
