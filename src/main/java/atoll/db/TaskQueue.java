package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.Task;
import atoll.model.TaskKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Which task is done next: one that somebody waits for, before all others; then one of the project
 * that has the fewest at work, and of these the one that is due longest.
 *
 * <p>To find it costs a look into an index for each project that has any, however many tasks those
 * have.
 */
public final class TaskQueue {
  /** Ids begin with 1; a list in SQL must not be empty. */
  private static final long NO_TASK = 0;

  private static final String FREE =
      """
      due_at <= :now and (owner is null or owner = :owner or lease_until < :now)
        and id not in (<atWork>) order by due_at, id limit 1
      """;

  /**
   * The task of each project that is due longest. The projects that have tasks of a kind are found
   * one after the other: each is the least one after the one before.
   */
  private static final String OLDEST =
      """
      with recursive queued (project) as (
        select min(project_id) from tasks where kind = :kind
        union all
        select (select min(project_id) from tasks where kind = :kind and project_id > project)
        from queued where project is not null)
      select id, due_at, project_id from queued join tasks on id =
        (select id from tasks where kind = :kind and project_id = project and %s)
      """
          .formatted(FREE);

  private static final String NEXT =
      "select due_at from tasks where kind = :kind and owner is null order by due_at limit 1";

  private static final String NEXT_URGENT =
      """
      select due_at from tasks where urgent = 1 and kind = :kind and owner is null
      order by due_at limit 1
      """;

  private final Handle handle;
  private final TaskTable tasks;

  TaskQueue(Handle handle, TaskTable tasks) {
    this.handle = handle;
    this.tasks = tasks;
  }

  /**
   * Who takes a task.
   *
   * @param atWork the tasks that {@code owner} is at work on, which are not free however late their
   *     leases are renewed: the clock may have leapt. Its other tasks are: it could not record how
   *     its work on them ended
   */
  public record Worker(String owner, Set<Long> atWork, Instant now, Instant leaseUntil) {
    public Worker {
      atWork = Set.copyOf(atWork);
    }
  }

  /** Takes the next task of some kinds that is due and free; empty if there is none. */
  public Optional<Task> claim(Set<TaskKind> kinds, Worker worker) {
    return claimUrgent(kinds, worker).or(() -> claimFairly(kinds, worker));
  }

  /** Takes one that somebody waits for; empty if there is none. */
  public Optional<Task> claimUrgent(Set<TaskKind> kinds, Worker worker) {
    return about(worker, "select id from tasks where urgent = 1 and kind in (<kinds>) and " + FREE)
        .bindList("kinds", kinds.stream().map(Enum::name).toList())
        .mapTo(Long.class)
        .findOne()
        .map(id -> tasks.take(id, worker.owner(), worker.leaseUntil()));
  }

  /**
   * When the next free task of some kinds is due.
   *
   * @param onlyUrgent of those that somebody waits for
   */
  public Optional<Instant> nextDue(Set<TaskKind> kinds, boolean onlyUrgent) {
    return kinds.stream()
        .map(kind ->
            handle
                .createQuery(onlyUrgent ? NEXT_URGENT : NEXT)
                .bind("kind", kind.name())
                .map((row, _) -> instant(row, "due_at"))
                .findOne())
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  private record Candidate(long id, Instant dueAt, long running) {}

  private Optional<Task> claimFairly(Set<TaskKind> kinds, Worker worker) {
    Map<String, Long> running = running(kinds, worker);
    var candidates = new ArrayList<Candidate>();
    for (TaskKind kind : kinds) {
      about(worker, OLDEST)
          .bind("kind", kind.name())
          .map((row, _) ->
              new Candidate(
                  row.getLong("id"),
                  instant(row, "due_at"),
                  running.getOrDefault(row.getString("project_id"), 0L)))
          .forEach(candidates::add);
    }
    return candidates.stream()
        .min(
            Comparator.comparingLong(Candidate::running)
                .thenComparing(Candidate::dueAt)
                .thenComparingLong(Candidate::id))
        .map(best -> tasks.take(best.id(), worker.owner(), worker.leaseUntil()));
  }

  /** How many of some kinds are at work, by project. */
  private Map<String, Long> running(Set<TaskKind> kinds, Worker worker) {
    var running = new HashMap<String, Long>();
    handle
        .createQuery(
            """
            select project_id, count(*) as many from tasks
            where id in (<atWork>) and kind in (<kinds>) group by project_id
            """)
        .bindList("atWork", listed(worker.atWork()))
        .bindList("kinds", kinds.stream().map(Enum::name).toList())
        .map((row, _) -> Map.entry(row.getString("project_id"), row.getLong("many")))
        .forEach(entry -> running.put(entry.getKey(), entry.getValue()));
    return running;
  }

  private Query about(Worker worker, String sql) {
    return handle
        .createQuery(sql)
        .bind("owner", worker.owner())
        .bind("now", micros(worker.now()))
        .bindList("atWork", listed(worker.atWork()));
  }

  private static List<Long> listed(Set<Long> ids) {
    return Stream.concat(Stream.of(NO_TASK), ids.stream()).toList();
  }
}
