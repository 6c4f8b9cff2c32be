package atoll.api.own;

import atoll.api.openstack.Access;
import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.engine.Repositories;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.CollectionRun;
import atoll.model.Damage;
import atoll.model.VerificationRun;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls about the repository, which is nobody's and so an administrator's. */
final class RepositoryRoutes {
  private static final String PATH = "/repositories";

  private final Repositories repositories;

  RepositoryRoutes(Repositories repositories) {
    this.repositories = repositories;
  }

  void addTo(OwnApi.Builder api) {
    api.add(HttpMethod.GET, PATH, Access.ADMIN, this::list);
    api.add(HttpMethod.GET, PATH + "/{name}", Access.ADMIN, this::show);
    api.add(HttpMethod.GET, PATH + "/{name}/usage", Access.ADMIN, this::usage);
    api.add(HttpMethod.POST, PATH + "/{name}/collect", Access.ADMIN, this::collect);
    api.add(HttpMethod.POST, PATH + "/{name}/verify", Access.ADMIN, this::verify);
  }

  private static void requireName(Call call) {
    String name = call.parameter("name");
    if (!name.equals(Repositories.DEFAULT)) {
      throw Belongings.noSuch("repository", name);
    }
  }

  private Response list(Call call) {
    return Lists.answer(call, PATH, List.of(shown(repositories.status())), null);
  }

  private Response show(Call call) {
    requireName(call);
    return Response.json(200, shown(repositories.status()));
  }

  private static Map<String, Object> shown(Repositories.Status status) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("name", Repositories.DEFAULT);
    shown.put("id", status.id().toString());
    shown.put("location", status.location());
    shown.put("created_at", Shown.time(status.createdAt()));
    shown.put("chunk_size_bytes", status.chunkSizeBytes());
    shown.put("snapshots", status.points());
    shown.put("last_collection", shown(status.collection()));
    shown.put("last_verification", shown(status.verification()));
    shown.put("damaged", status.damages().stream().map(RepositoryRoutes::shown).toList());
    return shown;
  }

  private static @Nullable Map<String, Object> shown(@Nullable CollectionRun run) {
    if (run == null) {
      return null;
    }
    var shown = new LinkedHashMap<String, Object>();
    shown.put("began_at", Shown.time(run.beganAt()));
    shown.put("ended_at", Shown.time(run.endedAt()));
    shown.put("snapshots", run.snapshots());
    shown.put("packs_removed", run.packsRemoved());
    shown.put("freed_bytes", run.freedBytes());
    shown.put("live_bytes", run.liveBytes());
    return shown;
  }

  private static @Nullable Map<String, Object> shown(@Nullable VerificationRun run) {
    if (run == null) {
      return null;
    }
    var shown = new LinkedHashMap<String, Object>();
    shown.put("quick", run.isQuick());
    shown.put("began_at", Shown.time(run.beganAt()));
    shown.put("ended_at", Shown.time(run.endedAt()));
    shown.put("snapshots", run.snapshots());
    shown.put("chunks", run.chunks());
    shown.put("read_bytes", run.readBytes());
    shown.put("damaged", run.damaged());
    return shown;
  }

  private static Map<String, Object> shown(Damage damage) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("object", damage.objectKey());
    shown.put("offset", damage.offsetBytes());
    shown.put("problem", damage.problem());
    Damage.@Nullable Range range = damage.range();
    shown.put("point_id", range == null ? null : range.point().toString());
    boolean isAll = range == null || range.lengthBytes() == Long.MAX_VALUE;
    shown.put("range_offset", range == null || isAll ? null : range.offsetBytes());
    shown.put("range_length", range == null || isAll ? null : range.lengthBytes());
    return shown;
  }

  private Response usage(Call call) throws IOException {
    requireName(call);
    Repositories.Amounts amounts = repositories.amounts();
    var shown = new LinkedHashMap<String, Object>();
    shown.put("snapshots", amounts.points());
    shown.put("size_bytes", amounts.sizeBytes());
    shown.put("logical_bytes", amounts.logicalBytes());
    shown.put("unique_bytes", amounts.uniqueBytes());
    shown.put("live_bytes", amounts.liveBytes());
    shown.put("stored_bytes", amounts.storedBytes());
    return Response.json(200, shown);
  }

  private Response collect(Call call) {
    requireName(call);
    return Response.json(202, TaskRoutes.shown(repositories.collect()));
  }

  private Response verify(Call call) {
    requireName(call);
    boolean isQuick = false;
    if (call.request().body().length > 0) {
      Fields body = Fields.of("body", call.json());
      isQuick = body.flag("quick", false);
      body.end();
    }
    return Response.json(202, TaskRoutes.shown(repositories.verify(isQuick)));
  }
}
