package atoll.engine;

import atoll.db.Database;
import atoll.model.ProjectId;
import atoll.model.TaskDetails;
import atoll.model.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is to be done in the background, as users see it: how far it is, and what is before it. */
public final class Backlog {
  private final Database database;
  private final TaskRunner runner;
  private final EngineSettings.Workers workers;
  private final InstantSource clock;

  Backlog(EngineParts parts, TaskRunner runner) {
    this.database = parts.database();
    this.runner = runner;
    this.workers = parts.settings().workers();
    this.clock = parts.clock();
  }

  /**
   * A task among the others.
   *
   * @param position 1 for the one that is begun next of those that wait for the same threads; 0 for
   *     one that is at work
   * @param left how long it will take still, if it goes on as it did; null if that cannot be told
   */
  public record Entry(
      TaskDetails details, int position, Progress progress, @Nullable Duration left) {}

  /**
   * How much there is of a kind.
   *
   * @param workers how many threads do it, and what waits for the same threads
   * @param oldest when the one was queued that waits longest; null if none waits
   */
  public record Load(
      TaskKind kind, int workers, int running, int waiting, @Nullable Instant oldest) {}

  /**
   * All of a project's tasks, in the order in which they are begun.
   *
   * @param project whose; null for everybody's, and those that belong to nobody
   */
  public List<Entry> list(@Nullable ProjectId project) {
    return entries(database.read(tx -> tx.tasks().details()), project);
  }

  private List<Entry> entries(List<TaskDetails> all, @Nullable ProjectId project) {
    Map<Lane, Integer> before = new EnumMap<>(Lane.class);
    var entries = new ArrayList<Entry>();
    for (TaskDetails details : inTurn(all)) {
      int position =
          details.running() ? 0 : before.merge(Lane.of(details.task().kind()), 1, Integer::sum);
      if (project == null || project.equals(details.subject().project())) {
        entries.add(entry(details, position));
      }
    }
    return entries;
  }

  /**
   * Tasks in the order in which they are begun if all take as long: what somebody waits for first,
   * then one of each project in turn, and of a project the one due longest first.
   */
  private static List<TaskDetails> inTurn(List<TaskDetails> byDueTime) {
    record Turn(Lane lane, @Nullable ProjectId project) {}
    var turns = new HashMap<Turn, Integer>();
    var turnOf = new HashMap<Long, Integer>();
    for (boolean running : new boolean[] {true, false}) {
      for (TaskDetails one : byDueTime) {
        if (one.running() == running) {
          var turn = new Turn(Lane.of(one.task().kind()), one.subject().project());
          turnOf.put(one.task().id(), turns.merge(turn, 1, Integer::sum));
        }
      }
    }
    return byDueTime.stream()
        .sorted(
            Comparator.comparing((TaskDetails one) -> !one.running())
                .thenComparing(one -> !one.urgent())
                .thenComparing(one -> turnOf.getOrDefault(one.task().id(), 0)))
        .toList();
  }

  private Entry entry(TaskDetails details, int position) {
    long id = details.task().id();
    return new Entry(details, position, runner.progress(id), runner.left(id));
  }

  /**
   * A task.
   *
   * @param project whose it must be; null for anybody
   * @throws RefusedException if there is no such task, or no more
   */
  public Entry get(long id, @Nullable ProjectId project) {
    return find(list(project), id)
        .orElseThrow(() -> new RefusedException(new Refusal.NotFound("task", Long.toString(id))));
  }

  private static Optional<Entry> find(List<Entry> entries, long id) {
    return entries.stream().filter(entry -> entry.details().task().id() == id).findFirst();
  }

  /** Has something done now, unless it failed and waits to be tried again. */
  Entry queue(TaskKind kind, UUID subject, String argument) {
    return database.write(tx -> {
      tx.tasks().queue(kind, subject, argument, clock.instant());
      long id = tx.tasks().find(kind, subject).orElseThrow().id();
      return find(entries(tx.tasks().details(), null), id).orElseThrow();
    });
  }

  /** How much there is of each kind. */
  public List<Load> loads() {
    List<TaskDetails> all = database.read(tx -> tx.tasks().details());
    var loads = new ArrayList<Load>();
    for (TaskKind kind : TaskKind.values()) {
      List<TaskDetails> ofKind = all.stream().filter(one -> one.task().kind() == kind).toList();
      int running = (int) ofKind.stream().filter(TaskDetails::running).count();
      loads.add(
          new Load(
              kind,
              Lane.of(kind).workers(workers),
              running,
              ofKind.size() - running,
              ofKind.stream()
                  .filter(one -> !one.running())
                  .map(TaskDetails::createdAt)
                  .min(Instant::compareTo)
                  .orElse(null)));
    }
    return loads;
  }
}
