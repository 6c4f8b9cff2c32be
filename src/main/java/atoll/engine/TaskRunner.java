package atoll.engine;

import atoll.db.Database;
import atoll.db.DatabaseFaultException;
import atoll.db.TaskQueue;
import atoll.hypervisor.MachineGoneException;
import atoll.model.AlertKind;
import atoll.model.Causes;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.model.VolumeId;
import atoll.storage.LostContentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Does the tasks that the database keeps, each kind in a pool of threads of its own; backups that
 * somebody waits for have one more, which need not share the processors with the background.
 *
 * <p>A task that fails is tried again after a pause that doubles each time; nothing makes it give
 * up. What was at work when the process ended is free for the next one.
 */
final class TaskRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

  /** How far a task must be before the rest can be told from it. */
  private static final double TELLING_FROM = 0.01;

  /** After how many failures in a row users are told, which is some seconds after the first. */
  private static final int FAILURES_TOLD = 4;

  private final Database database;
  private final Alerts alerts;
  private final EngineSettings settings;
  private final InstantSource clock;
  private final Steps steps;
  private final String owner = UUID.randomUUID().toString();
  private final ReentrantLock claiming = new ReentrantLock();

  /** How far the tasks are that are at work. */
  private final Map<Long, AtWork> atWork = new ConcurrentHashMap<>();

  private final List<Thread> threads = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition queued = lock.newCondition();
  private long queuedCount;
  private volatile boolean closing;

  /** Since when a task is at work, and how far it is. */
  private record AtWork(long startNanos, Progress progress) {
    AtWork to(Progress present) {
      return new AtWork(startNanos, present);
    }
  }

  TaskRunner(
      Database database, Alerts alerts, EngineSettings settings, InstantSource clock, Steps steps) {
    this.database = database;
    this.alerts = alerts;
    this.settings = settings;
    this.clock = clock;
    this.steps = steps;
  }

  /** Frees what dead processes had at work, and begins to do what {@code handlers} can. */
  void start(Map<TaskKind, TaskHandler> handlers) {
    database.change(tx -> tx.tasks().freeAllBut(owner));
    database.whenTasksQueued(this::wake);
    for (Lane lane : Lane.values()) {
      pool(lane.threadsName(), lane.kinds(), lane.workers(settings.workers()), handlers);
    }
    Set<TaskKind> backUps = Lane.BACK_UP.kinds();
    Thread.Builder urgent = Thread.ofPlatform().name("atoll-urgent");
    threads.add(urgent.start(() -> work(backUps, handlers, true)));
    threads.add(Thread.ofPlatform().name("atoll-leases").start(this::renewLeases));
  }

  private void pool(
      String name, Set<TaskKind> kinds, int size, Map<TaskKind, TaskHandler> handlers) {
    for (int i = 0; i < size; i++) {
      threads.add(
          Thread.ofPlatform()
              .name("atoll-" + name + "-" + i)
              .start(() -> {
                Niceness.standBack();
                work(kinds, handlers, false);
              }));
    }
  }

  private void wake() {
    lock.lock();
    try {
      queuedCount++;
      queued.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does tasks of some kinds, or only those that somebody waits for; the thread that does only
   * those stands back behind nobody.
   */
  private void work(Set<TaskKind> kinds, Map<TaskKind, TaskHandler> handlers, boolean onlyUrgent) {
    while (!closing) {
      try {
        long seen = queuedCount();
        Optional<Task> task = claim(kinds, onlyUrgent);
        if (task.isPresent()) {
          try (var _ = MDC.putCloseable("task_id", Long.toString(task.get().id()))) {
            attempt(task.get(), handlers);
          }
        } else {
          awaitQueued(kinds, onlyUrgent, seen);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        if (closing) {
          return;
        }
        log("the database does not answer", e);
        pauseAfterFailure();
      }
    }
  }

  private static void log(String what, RuntimeException e) {
    if (e instanceof DatabaseFaultException) {
      LOG.warn("tasks: {}: {}", what, e.getMessage());
    } else {
      LOG.error("tasks: {}", what, e);
    }
  }

  /** One after the other, so that no thread takes what another has just taken. */
  private Optional<Task> claim(Set<TaskKind> kinds, boolean onlyUrgent) {
    claiming.lock();
    try {
      Instant now = clock.instant();
      var worker = new TaskQueue.Worker(owner, atWork.keySet(), now, now.plus(settings.lease()));
      Optional<Task> task =
          database.write(tx ->
              onlyUrgent
                  ? tx.taskQueue().claimUrgent(kinds, worker)
                  : tx.taskQueue().claim(kinds, worker));
      task.ifPresent(
          claimed -> atWork.put(claimed.id(), new AtWork(System.nanoTime(), Progress.NONE)));
      return task;
    } finally {
      claiming.unlock();
    }
  }

  private long queuedCount() {
    lock.lock();
    try {
      return queuedCount;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something was queued since {@code seen}, or a task that it may do is due. */
  private void awaitQueued(Set<TaskKind> kinds, boolean onlyUrgent, long seen)
      throws InterruptedException {
    Duration wait =
        database
            .read(tx -> tx.taskQueue().nextDue(kinds, onlyUrgent))
            .map(due -> Duration.between(clock.instant(), due))
            .orElse(settings.lease());
    awaitNanos(seen, Math.clamp(wait.toNanos(), 1_000_000, settings.lease().toNanos()));
  }

  private void awaitNanos(long seen, long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queuedCount == seen && nanos > 0) {
        nanos = queued.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void pauseAfterFailure() {
    try {
      TimeUnit.NANOSECONDS.sleep(settings.retries().min().toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void attempt(Task task, Map<TaskKind, TaskHandler> handlers) throws InterruptedException {
    try {
      TaskHandler handler = handlers.get(task.kind());
      if (handler == null) {
        throw new IllegalStateException("nobody does tasks of kind " + task.kind());
      }
      steps.passed(Step.TASK_CLAIMED);
      TaskHandler.Outcome outcome =
          handler.run(
              task, present -> atWork.computeIfPresent(task.id(), (_, at) -> at.to(present)));
      endAlert(task, outcome);
      database.change(tx -> {
        switch (outcome) {
          case TaskHandler.Outcome.Done() -> tx.tasks().finish(task.id());
          case TaskHandler.Outcome.Later(Duration pause) ->
              tx.tasks().putBack(task.id(), clock.instant().plus(pause));
        }
      });
      steps.passed(Step.TASK_ENDED);
    } catch (IOException | RuntimeException e) {
      if (closing || Thread.currentThread().isInterrupted()) {
        throw (InterruptedException) new InterruptedException("closing").initCause(e);
      }
      failed(task, e);
    } catch (Error e) { // of memory, mostly: the thread must live, it does other tasks too
      failed(task, e);
    } finally {
      atWork.remove(task.id());
    }
  }

  /** A task that only waits for another to end has not succeeded yet. */
  private void endAlert(Task task, TaskHandler.Outcome outcome) {
    AlertKind alert = alertOf(task.kind());
    boolean waits = outcome instanceof TaskHandler.Outcome.Later(Duration pause) && !pause.isZero();
    if (alert != null && !waits) {
      alerts.end(alert, task.subject());
    }
  }

  private void failed(Task task, Throwable e) {
    Duration pause = pause(task.attempts());
    String fault = Causes.inOneLine(e);
    Instant now = clock.instant();
    database.change(tx -> {
      tx.tasks().fail(task.id(), fault, now.plus(pause));
      if (keepsFailing(task, e)) {
        Messages.backupsFail(tx, new VolumeId(task.subject()), now);
      }
    });
    if (isOfNoConcern(e)) {
      LOG.debug("{} {}: {}", task.kind(), task.subject(), fault);
      return;
    }
    AlertKind alert = alertOf(task.kind());
    boolean told = alert != null && alerts.raise(alert, task.subject(), fault);
    boolean ours =
        !(e instanceof IOException
            || e instanceof UncheckedIOException
            || e instanceof RefusedException);
    if (ours) {
      LOG.error("{} {} failed, and ought not to", task.kind(), task.subject(), e);
    } else if (!told) {
      LOG.warn(
          "{} {} failed {} times, next attempt in {} s: {}",
          task.kind(),
          task.subject(),
          task.attempts() + 1,
          pause.toSeconds(),
          fault);
    }
  }

  /** True once in a row of failures; of what is lost its owner is told by who finds that. */
  private static boolean keepsFailing(Task task, Throwable e) {
    return task.kind() == TaskKind.BACK_UP
        && task.attempts() + 1 == FAILURES_TOLD
        && !isOfNoConcern(e)
        && !(e instanceof LostContentException);
  }

  /** What a person is to know while tasks of a kind fail; null if their handler says it. */
  private static @Nullable AlertKind alertOf(TaskKind kind) {
    return switch (kind) {
      case BACK_UP -> AlertKind.BACKUP_FAILING;
      case TEND -> AlertKind.MERGE_FAILING;
      case DROP_POINT -> AlertKind.REMOVAL_FAILING;
      case COLLECT -> AlertKind.COLLECTION_FAILING;
      case VERIFY -> AlertKind.VERIFICATION_FAILING;
      case IMPORT -> null;
    };
  }

  /** Somebody else was at work on the same, or a machine ended, which is told elsewhere. */
  private static boolean isOfNoConcern(Throwable e) {
    return e instanceof MachineGoneException
        || (e instanceof RefusedException refused && refused.refusal() instanceof Refusal.Busy);
  }

  private Duration pause(int attempts) {
    Duration pause = settings.retries().min().multipliedBy(1L << Math.min(attempts, 20));
    return pause.compareTo(settings.retries().max()) > 0 ? settings.retries().max() : pause;
  }

  private void renewLeases() {
    long everyMillis = Math.clamp(settings.lease().toMillis() / 6, 100, 1000);
    while (!closing) {
      try {
        TimeUnit.MILLISECONDS.sleep(everyMillis);
        var busy = Map.copyOf(atWork);
        if (!busy.isEmpty()) {
          Instant until = clock.instant().plus(settings.lease());
          database.change(tx ->
              busy.forEach(
                  (id, at) -> tx.tasks().renew(id, owner, at.progress().fraction(), until)));
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        if (closing) {
          return; // interrupted while it waited for a connection
        }
        log("leases could not be renewed", e);
      }
    }
  }

  /** How far a task is; not at all if it is not at work. */
  Progress progress(long id) {
    AtWork at = atWork.get(id);
    return at == null ? Progress.NONE : at.progress();
  }

  /** How long a task will take still if it goes on as it did; null if that cannot be told yet. */
  @Nullable Duration left(long id) {
    AtWork at = atWork.get(id);
    if (at == null || at.progress().fraction() < TELLING_FROM) {
      return null;
    }
    double done = at.progress().fraction();
    double spent = System.nanoTime() - at.startNanos();
    return Duration.ofNanos((long) (spent * (1 - done) / done));
  }

  /** Interrupts what is at work, and waits until all threads have ended. */
  @Override
  public void close() {
    closing = true;
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
