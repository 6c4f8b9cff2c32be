package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.AlertKind;
import atoll.model.CollectionRun;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.repository.CannotCollectException;
import atoll.repository.CollectionListener.Phase;
import atoll.repository.CollectionReport;
import atoll.repository.CollectionRequest;
import atoll.repository.CollectorBusyException;
import atoll.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rids the repository of what nothing needs any more, some time after that came to be. */
final class Collections implements TaskHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Collections.class);

  /** How soon to look again while another process is collecting. */
  private static final Duration BUSY_WAIT = Duration.ofMinutes(5);

  /** How many points are looked at in one transaction. */
  private static final int TOGETHER = 1000;

  private final Database database;
  private final Repository repository;
  private final Alerts alerts;
  private final EngineSettings.Collecting when;
  private final InstantSource clock;

  Collections(EngineParts parts) {
    this.database = parts.database();
    this.repository = parts.repository();
    this.alerts = parts.alerts();
    this.when = parts.settings().collecting();
    this.clock = parts.clock();
  }

  /** Something was removed. */
  void queueAfterRemoval(Transaction tx) {
    queue(tx, when.afterRemoval());
  }

  /** Something was written. */
  void queueAfterBackup(Transaction tx) {
    queue(tx, when.afterBackup());
  }

  private void queue(Transaction tx, Duration pause) {
    Instant now = clock.instant();
    tx.tasks().queueFor(TaskKind.COLLECT, repository.id(), now.plus(pause), now);
  }

  /**
   * Lets go of what is in the repository and unwanted. Whoever makes it so does that, too, in the
   * same transaction: this is for what was forgotten, and here because a collection looks at all
   * there is in any case. A start does not.
   */
  private void releaseForgotten() {
    PointId last = null;
    List<PointId> some;
    do {
      PointId after = last;
      some = database.read(tx -> tx.points().some(PointState.BACKED_UP, after, TOGETHER));
      List<PointId> unwanted = unwanted(some);
      if (!unwanted.isEmpty()) {
        database.change(
            tx -> unwanted.forEach(point -> Points.release(tx, point, clock.instant())));
      }
      last = some.isEmpty() ? null : some.getLast();
    } while (some.size() == TOGETHER);
  }

  private List<PointId> unwanted(List<PointId> points) {
    return database.read(
        tx -> points.stream().filter(point -> !tx.points().wanted(point)).toList());
  }

  @Override
  public Outcome run(Task task, Consumer<Progress> progress) throws IOException {
    releaseForgotten();
    // What this says is there and is not, and was not deleted, ends the collection.
    Set<UUID> known =
        database.read(tx -> tx.points().in(PointState.BACKED_UP)).stream()
            .map(PointId::value)
            .collect(Collectors.toSet());
    var request = new CollectionRequest(known, false, false, when.patience());
    Instant began = clock.instant();
    try {
      CollectionReport report =
          repository.collect(
              request,
              (phase, done, total) -> progress.accept(Progress.of(fraction(phase, done, total))));
      var run =
          new CollectionRun(
              began,
              clock.instant(),
              report.snapshots(),
              report.packsRemoved(),
              report.bytesFreed(),
              report.bytesLive());
      database.change(tx -> tx.repositories().record(repository.id(), run));
      LOG.info(
          "collection: {} of {} packs removed, {} bytes freed",
          report.packsRemoved(),
          report.packsBefore(),
          report.bytesFreed());
      return report.writersAwaited() == 0 ? DONE : new Outcome.Later(when.afterRemoval());
    } catch (CollectorBusyException e) {
      LOG.info("collection: {}", e.getMessage());
      return new Outcome.Later(BUSY_WAIT);
    } catch (CannotCollectException e) {
      // It reads the tables of all snapshots to find that out: not again every few minutes.
      alerts.raise(AlertKind.COLLECTION_FAILING, task.subject(), String.valueOf(e.getMessage()));
      return new Outcome.Later(when.afterRemoval());
    }
  }

  /** As if all phases took as long. */
  private static double fraction(Phase phase, long done, long total) {
    double begun =
        switch (phase) {
          case MARK -> 0;
          case WAIT -> 0.2;
          case MARK_AGAIN -> 0.4;
          case MOVE -> 0.6;
          case REMOVE -> 0.8;
        };
    return begun + 0.2 * done / Math.max(1, total);
  }
}
