package atoll.engine;

import atoll.db.Database;
import atoll.model.BackupId;
import atoll.model.ProjectId;
import atoll.model.SnapshotId;
import atoll.model.SnapshotState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells who listens what changes.
 *
 * <p>While anybody listens, one thread compares what may have changed with what it saw last, after
 * each write to the database but not more often than a few times a second. So nothing that works
 * has to tell of itself, and what changes twice in between is told once, as it is then. The same
 * may be told twice.
 */
public final class Events {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  /** How many may listen at once. */
  static final int LISTENERS_MAX = 64;

  /** How many events wait for one who listens; who is slower is dropped. */
  static final int WAITING_MAX = 1000;

  /** The time between two looks, so that many writes are one. */
  private static final long LOOK_EVERY_MILLIS = 200;

  /** A look is taken without a write, too: the progress of tasks is not written each time. */
  private static final Duration LOOK_AT_LEAST = Duration.ofSeconds(1);

  /** How long ago a change may have been dated that was committed just now. */
  private static final Duration LATE = Duration.ofSeconds(10);

  private final Database database;
  private final Backlog backlog;
  private final Changes changes;
  private final InstantSource clock;
  private final ExecutorService threads;
  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();

  /** What was seen last, by key. Guarded by the lock. */
  private Map<String, Event> known = Map.of();

  private boolean looking;

  Events(EngineParts parts, Backlog backlog, Changes changes, ExecutorService threads) {
    this.database = parts.database();
    this.backlog = backlog;
    this.changes = changes;
    this.clock = parts.clock();
    this.threads = threads;
  }

  /** One who listens; used by one thread. */
  public final class Listener implements AutoCloseable {
    private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final @Nullable ProjectId project;
    private volatile boolean dropped;

    private Listener(@Nullable ProjectId project) {
      this.project = project;
    }

    /** The next event; null if there is none within {@code patience}. */
    public @Nullable Event await(Duration patience) throws InterruptedException {
      return waiting.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether it was too slow, and hears no more. */
    public boolean isDropped() {
      return dropped;
    }

    private void tell(Event event) {
      boolean concerned = project == null || project.equals(event.project());
      if (concerned && !waiting.offer(event)) {
        dropped = true;
        listeners.remove(this);
      }
    }

    @Override
    public void close() {
      listeners.remove(this);
    }
  }

  /**
   * Begins to listen. All that is committed after this returned is told.
   *
   * @param project whose events; null for everybody's, and those that belong to nobody
   * @throws RefusedException if too many listen
   */
  public Listener listen(@Nullable ProjectId project) {
    lock.lock();
    try {
      if (listeners.size() >= LISTENERS_MAX) {
        throw new RefusedException(
            new Refusal.Busy("stream", "of events", LISTENERS_MAX + " listen already"));
      }
      var listener = new Listener(project);
      if (!looking) {
        known = look();
        looking = true;
        threads.execute(this::keepLooking);
      }
      listeners.add(listener);
      return listener;
    } finally {
      lock.unlock();
    }
  }

  private void keepLooking() {
    try {
      while (isListenedTo()) {
        changes.awaitNext(LOOK_AT_LEAST);
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        lookAgain();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the engine is being closed
    } catch (RuntimeException e) {
      LOG.error("events: the database does not answer", e);
      giveUp();
    }
  }

  private boolean isListenedTo() {
    lock.lock();
    try {
      looking = !listeners.isEmpty();
      return looking;
    } finally {
      lock.unlock();
    }
  }

  private void giveUp() {
    lock.lock();
    try {
      looking = false;
      listeners.forEach(listener -> listener.dropped = true);
      listeners.clear();
    } finally {
      lock.unlock();
    }
  }

  private void lookAgain() {
    lock.lock();
    try {
      Map<String, Event> now = look();
      for (Event event : now.values()) {
        Event before = known.get(event.key());
        if (before == null || !before.mark().equals(event.mark())) {
          listeners.forEach(listener -> listener.tell(event));
        }
      }
      known.forEach((key, event) -> {
        Event end = now.containsKey(key) ? null : endOf(event);
        if (end != null) {
          listeners.forEach(listener -> listener.tell(end));
        }
      });
      known = now;
    } finally {
      lock.unlock();
    }
  }

  /** What it means that something is not seen any more; null if nothing. */
  private static @Nullable Event endOf(Event event) {
    return switch (event) {
      case Event.OfTask(Backlog.Entry entry, _) -> new Event.OfTask(entry, true);
      case Event.OfAlert(var details, _) -> new Event.OfAlert(details, true);
      case Event.OfVolume _, Event.OfSnapshot _, Event.OfBackup _ -> null;
    };
  }

  /** All tasks and alerts, and of the other things those of which something may be new. */
  private Map<String, Event> look() {
    Instant since = clock.instant().minus(LATE);
    var snapshots = new ArrayList<SnapshotId>();
    var backups = new ArrayList<BackupId>();
    for (Event event : known.values()) {
      if (event instanceof Event.OfSnapshot(var snapshot) && isUnderWay(snapshot.state())) {
        snapshots.add(snapshot.id());
      } else if (event instanceof Event.OfBackup(var backup) && isUnderWay(backup.state())) {
        backups.add(backup.id());
      }
    }
    List<Event> seen = new ArrayList<>();
    backlog.list(null).forEach(entry -> seen.add(new Event.OfTask(entry, false)));
    database.read(tx -> {
      tx.alerts().details(null).forEach(alert -> seen.add(new Event.OfAlert(alert, false)));
      tx.volumes().changedSince(since).forEach(volume -> seen.add(new Event.OfVolume(volume)));
      tx.snapshots().recent(since, snapshots).forEach(one -> seen.add(new Event.OfSnapshot(one)));
      tx.backups().recent(since, backups).forEach(one -> seen.add(new Event.OfBackup(one)));
      return tx;
    });
    var byKey = new LinkedHashMap<String, Event>();
    seen.forEach(event -> byKey.put(event.key(), event));
    return byKey;
  }

  private static boolean isUnderWay(SnapshotState state) {
    return switch (state) {
      case SnapshotState.OnPrimary _, SnapshotState.BackingUp _, SnapshotState.Lost _ -> true;
      case SnapshotState.BackedUp _, SnapshotState.Deleted _ -> false;
    };
  }
}
