package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.SnapshotState;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.repository.Repository;
import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets go of points in time that nothing needs any more.
 *
 * <p>A deleted snapshot's point lives on while it is the base point of a living volume: without it
 * the next backup would have to read the whole volume. It goes when a newer one has taken its
 * place.
 */
final class Points implements TaskHandler {
  private final Database database;
  private final Repository repository;
  private final Steps steps;
  private final Collections collections;

  Points(EngineParts parts, Collections collections) {
    this.collections = collections;
    this.database = parts.database();
    this.repository = parts.repository();
    this.steps = parts.steps();
  }

  /**
   * Lets go of a point if nothing needs it: if it is only on primary storage it is forgotten, if it
   * is in the repository it is queued to be removed there.
   */
  static void release(Transaction tx, @Nullable PointId id, Instant now) {
    if (id == null || tx.points().wanted(id)) {
      return;
    }
    switch (tx.points().find(id).orElseThrow().state()) {
      case ON_PRIMARY -> tx.points().move(id, PointState.ON_PRIMARY, PointState.DROPPED);
      case BACKED_UP, DROPPING -> tx.tasks().queue(TaskKind.DROP_POINT, id.value(), now);
      case DROPPED -> {}
    }
  }

  /** Has a point that somebody waits for, if any, backed up before others. */
  static void hasten(Transaction tx, @Nullable PointId id, Instant now) {
    if (id != null) {
      UUID volume = tx.points().find(id).orElseThrow().volume().value();
      tx.tasks().queueUrgent(TaskKind.BACK_UP, volume, now);
    }
  }

  /**
   * The point of a snapshot or a backup, whose content is there, or will be in the repository.
   *
   * @throws RefusedException if it is lost
   */
  static PointId requireKept(String kind, Object id, SnapshotState state, PointId point) {
    return switch (state) {
      case SnapshotState.BackedUp _, SnapshotState.OnPrimary _, SnapshotState.BackingUp _ -> point;
      case SnapshotState.Lost lost ->
          throw new RefusedException(
              new Refusal.WrongState(
                  kind,
                  id.toString(),
                  "lost",
                  lost.fault() + "; put that right, or take another one"));
      case SnapshotState.Deleted _ ->
          throw new RefusedException(new Refusal.NotFound(kind, id.toString()));
    };
  }

  @Override
  public Outcome run(Task task, Consumer<Progress> progress) throws IOException {
    var id = new PointId(task.subject());
    boolean unwanted =
        database.write(tx -> {
          if (tx.points().wanted(id)) {
            return false;
          }
          tx.points().move(id, PointState.BACKED_UP, PointState.DROPPING);
          return true;
        });
    if (unwanted) {
      steps.passed(Step.DROP_MARKED);
      repository.delete(id.value());
      steps.passed(Step.DROP_DELETED);
      database.change(tx -> {
        tx.points().move(id, PointState.DROPPING, PointState.DROPPED);
        collections.queueAfterRemoval(tx);
      });
      steps.passed(Step.DROP_RECORDED);
    }
    return DONE;
  }
}
