package atoll.api.own;

import atoll.api.openstack.Access;
import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.engine.Backlog;
import atoll.engine.Progress;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Task;
import atoll.model.TaskDetails;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The calls about what is done in the background. */
final class TaskRoutes {
  private static final String PATH = "/tasks";

  private final Backlog backlog;

  TaskRoutes(Backlog backlog) {
    this.backlog = backlog;
  }

  void addTo(OwnApi.Builder api) {
    api.add(HttpMethod.GET, PATH, Access.READER, this::list);
    api.add(HttpMethod.GET, PATH + "/{id}", Access.READER, this::show);
    api.add(HttpMethod.GET, "/queue", Access.ADMIN, this::queue);
  }

  private Response list(Call call) {
    List<Backlog.Entry> all =
        backlog.list(Lists.whose(call)).stream()
            .sorted(Comparator.comparingLong(TaskRoutes::id))
            .toList();
    return Lists.numbered(call, PATH, all, TaskRoutes::id, TaskRoutes::shown);
  }

  private static long id(Backlog.Entry entry) {
    return entry.details().task().id();
  }

  private Response show(Call call) {
    String id = call.parameter("id");
    if (!id.matches("[0-9]{1,18}")) {
      throw Belongings.noSuch("task", id);
    }
    return Response.json(200, shown(backlog.get(Long.parseLong(id), Lists.whose(call))));
  }

  private Response queue(Call call) {
    return Lists.answer(
        call, "/queue", backlog.loads().stream().map(TaskRoutes::shown).toList(), null);
  }

  private static Map<String, Object> shown(Backlog.Load load) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("kind", Shown.choice(load.kind()));
    shown.put("workers", load.workers());
    shown.put("running", load.running());
    shown.put("waiting", load.waiting());
    shown.put("oldest_at", Shown.time(load.oldest()));
    return shown;
  }

  static Map<String, Object> shown(Backlog.Entry entry) {
    TaskDetails details = entry.details();
    Task task = details.task();
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", Long.toString(task.id()));
    shown.put("kind", Shown.choice(task.kind()));
    shown.put("subject", Shown.subject(details.subject()));
    shown.put("project_id", Shown.project(details.subject().project()));
    shown.put("state", state(details));
    Progress progress = entry.progress();
    Progress.Bytes bytes = progress.bytes();
    shown.put("progress", progress.fraction());
    shown.put("bytes_done", bytes == null ? null : bytes.done());
    shown.put("bytes_total", bytes == null ? null : bytes.total());
    Duration left = entry.left();
    shown.put("seconds_left", left == null ? null : left.toSeconds());
    shown.put("position", entry.position() == 0 ? null : entry.position());
    shown.put("urgent", details.urgent());
    shown.put("attempts", task.attempts());
    shown.put("fault", task.fault());
    shown.put("created_at", Shown.time(details.createdAt()));
    shown.put("due_at", Shown.time(task.dueAt()));
    return shown;
  }

  private static String state(TaskDetails details) {
    if (details.running()) {
      return "running";
    }
    return details.task().attempts() > 0 ? "retrying" : "waiting";
  }
}
