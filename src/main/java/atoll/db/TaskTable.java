package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.Task;
import atoll.model.TaskDetails;
import atoll.model.TaskKind;
import atoll.model.VolumeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Work to be done, queued in the transaction that makes it necessary.
 *
 * <p>A worker takes a task with a lease, renews the lease while it works, and finishes, yields or
 * fails it. A lease that ran out, or whose owner is known to be dead, makes the task free again.
 * What is queued anew while it runs runs once more.
 */
public final class TaskTable {
  private final Handle handle;
  private final List<Queued> queued = new ArrayList<>();
  private boolean free;

  TaskTable(Handle handle) {
    this.handle = handle;
  }

  /** Whether this transaction may have given workers something to do. */
  boolean anyFree() {
    return free;
  }

  /** A task that was queued, or hastened. */
  public record Queued(TaskKind kind, UUID subject, boolean urgent) {}

  /** What this transaction has queued. */
  public List<Queued> queued() {
    return List.copyOf(queued);
  }

  /**
   * Queues a task for {@code subject}, due now; one that is queued already becomes due now, unless
   * it failed and waits to be tried again.
   */
  public void queue(TaskKind kind, UUID subject, Instant now) {
    queue(kind, subject, "", now);
  }

  /** Queues a task with an argument. */
  public void queue(TaskKind kind, UUID subject, String argument, Instant now) {
    queue(kind, subject, argument, false, now, now);
  }

  /** Queues a task that somebody waits for: it comes before all others. */
  public void queueUrgent(TaskKind kind, UUID subject, Instant now) {
    queue(kind, subject, "", true, now, now);
  }

  /** Queues a task that is due later, unless one that is queued already is due before. */
  public void queueFor(TaskKind kind, UUID subject, Instant dueAt, Instant now) {
    queue(kind, subject, "", false, dueAt, now);
  }

  private void queue(
      TaskKind kind, UUID subject, String argument, boolean urgent, Instant dueAt, Instant now) {
    free = true;
    queued.add(new Queued(kind, subject, urgent));
    handle
        .createUpdate(
            """
            insert into tasks (id, kind, subject, argument, due_at, attempts, again, fault, progress,
              owner, lease_until, created_at, urgent, project_id)
            values (:id, :kind, :subject, :argument, :due, 0, 0, null, 0, null, null, :now, :urgent,
              coalesce(
                (select v.project_id from volumes v where v.id = :subject),
                (select v.project_id from points p join volumes v on v.id = p.volume_id
                  where p.id = :subject),
                ''))
            on conflict (kind, subject) do update
            set due_at = case
                when tasks.owner is not null and tasks.again = 0 then excluded.due_at
                when tasks.attempts > 0 or tasks.due_at < excluded.due_at then tasks.due_at
                else excluded.due_at end,
              again = case when tasks.owner is null then 0 else 1 end,
              urgent = case when excluded.urgent = 1 then 1 else tasks.urgent end
            """)
        .bind("id", Columns.next(handle, "task"))
        .bind("kind", kind.name())
        .bind("subject", subject.toString())
        .bind("argument", argument)
        .bind("due", micros(dueAt))
        .bind("now", micros(now))
        .bind("urgent", urgent ? 1 : 0)
        .execute();
  }

  /** Sees whether somebody still waits for the backups of a volume. */
  public void settleUrgency(VolumeId volume) {
    handle
        .createUpdate(
            """
            update tasks set urgent = case
              when exists (select 1 from volumes v join points p on p.id = v.awaited_point
                where p.volume_id = :volume and p.state = 'ON_PRIMARY' and v.deleted_at is null)
              or exists (select 1 from volumes v
                where v.id = :volume and v.status in ('REVERTING', 'RESTORING'))
              then 1 else 0 end
            where kind = 'BACK_UP' and subject = :volume
            """)
        .bind("volume", volume.toString())
        .execute();
  }

  /** Takes a task, for so long; it is free, as its caller has seen in this transaction. */
  Task take(long id, String owner, Instant leaseUntil) {
    return handle
        .createQuery(
            """
            update tasks set owner = :owner, lease_until = :until, again = 0, progress = 0
            where id = :id
            returning *
            """)
        .bind("id", id)
        .bind("owner", owner)
        .bind("until", micros(leaseUntil))
        .map((row, _) -> task(row))
        .one();
  }

  /** Renews a lease and records how far the work is; false if the lease was lost. */
  public boolean renew(long id, String owner, double progress, Instant leaseUntil) {
    return handle
            .createUpdate(
                "update tasks set lease_until = :until, progress = :progress where id = :id and"
                    + " owner = :owner")
            .bind("id", id)
            .bind("owner", owner)
            .bind("progress", progress)
            .bind("until", micros(leaseUntil))
            .execute()
        == 1;
  }

  /** Records what a running task is at work on. */
  public void setArgument(long id, String argument) {
    handle
        .createUpdate("update tasks set argument = :argument, progress = 0 where id = :id")
        .bind("id", id)
        .bind("argument", argument)
        .execute();
  }

  /** Ends a task; if it was queued anew meanwhile it stays, free and due. */
  public void finish(long id) {
    handle.createUpdate("delete from tasks where id = :id and again = 0").bind("id", id).execute();
    release(id);
  }

  /** Puts a running task back, to go on at {@code dueAt}; not a failure. */
  public void putBack(long id, Instant dueAt) {
    handle
        .createUpdate("update tasks set due_at = :due, attempts = 0, fault = null where id = :id")
        .bind("id", id)
        .bind("due", micros(dueAt))
        .execute();
    release(id);
  }

  /** Puts a running task back after a failure, to be tried again at {@code dueAt}. */
  public void fail(long id, String fault, Instant dueAt) {
    handle
        .createUpdate(
            "update tasks set due_at = :due, attempts = attempts + 1, fault = :fault where id ="
                + " :id")
        .bind("id", id)
        .bind("fault", fault)
        .bind("due", micros(dueAt))
        .execute();
    release(id);
  }

  private void release(long id) {
    free = true;
    handle
        .createUpdate(
            "update tasks set owner = null, lease_until = null, again = 0, progress = 0 where id ="
                + " :id")
        .bind("id", id)
        .execute();
  }

  /**
   * Frees the tasks of every owner but {@code owner}: for a start, when no other process can live.
   */
  public void freeAllBut(String owner) {
    handle
        .createUpdate(
            """
            update tasks set owner = null, lease_until = null, progress = 0
            where owner is not null and owner <> :owner
            """)
        .bind("owner", owner)
        .execute();
  }

  /** Removes a task, whoever works on it. */
  public void cancel(TaskKind kind, UUID subject) {
    handle
        .createUpdate("delete from tasks where kind = :kind and subject = :subject")
        .bind("kind", kind.name())
        .bind("subject", subject.toString())
        .execute();
  }

  /** The task of a kind for a subject. */
  public Optional<Task> find(TaskKind kind, UUID subject) {
    return handle
        .createQuery("select * from tasks where kind = :kind and subject = :subject")
        .bind("kind", kind.name())
        .bind("subject", subject.toString())
        .map((row, _) -> task(row))
        .findOne();
  }

  /** How many tasks there are of each kind that has any. */
  public Map<TaskKind, Long> count() {
    var counts = new EnumMap<TaskKind, Long>(TaskKind.class);
    handle
        .createQuery("select kind, count(*) as many from tasks group by kind")
        .map((row, _) -> counts.put(TaskKind.valueOf(row.getString("kind")), row.getLong("many")))
        .list();
    return counts;
  }

  /** All tasks, the one due longest first. */
  public List<Task> list() {
    return handle
        .createQuery("select * from tasks order by due_at, id")
        .map((row, _) -> task(row))
        .list();
  }

  /** All tasks with what they are about, the one due longest first. */
  public List<TaskDetails> details() {
    return handle
        .createQuery(
            "select t.*, "
                + Subjects.COLUMNS
                + " from tasks t"
                + Subjects.joinedTo("t")
                + " order by t.due_at, t.id")
        .map((row, _) ->
            new TaskDetails(
                task(row),
                Subjects.of(row),
                row.getString("owner") != null,
                row.getInt("urgent") == 1,
                instant(row, "created_at")))
        .list();
  }

  private static Task task(ResultSet row) throws SQLException {
    @Nullable String fault = row.getString("fault");
    return new Task(
        row.getLong("id"),
        TaskKind.valueOf(row.getString("kind")),
        UUID.fromString(row.getString("subject")),
        row.getString("argument"),
        instant(row, "due_at"),
        row.getInt("attempts"),
        fault,
        row.getDouble("progress"));
  }
}
