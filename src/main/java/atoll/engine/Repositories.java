package atoll.engine;

import atoll.db.Database;
import atoll.model.CollectionRun;
import atoll.model.Damage;
import atoll.model.PointState;
import atoll.model.TaskKind;
import atoll.model.VerificationRun;
import atoll.repository.Repository;
import atoll.repository.RepositoryStats;
import atoll.repository.VerifyMode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The repository as an administrator sees it. There is one, called {@link #DEFAULT}. */
public final class Repositories {
  /** What it is called. */
  public static final String DEFAULT = "default";

  private final Database database;
  private final Repository repository;
  private final Backlog backlog;
  private final ReentrantLock adding = new ReentrantLock();

  Repositories(EngineParts parts, Backlog backlog) {
    this.database = parts.database();
    this.repository = parts.repository();
    this.backlog = backlog;
  }

  /**
   * What is known of it without reading it.
   *
   * @param location where its store is, without what opens it
   * @param points how many points in time are in it
   * @param collection the last one
   * @param verification the last one
   * @param damages what that found
   */
  public record Status(
      UUID id,
      String location,
      Instant createdAt,
      int chunkSizeBytes,
      long points,
      @Nullable CollectionRun collection,
      @Nullable VerificationRun verification,
      List<Damage> damages) {}

  /**
   * How much it holds, and how much space that takes.
   *
   * @param sizeBytes of all points in time together
   * @param logicalBytes what of that is not zeros
   * @param uniqueBytes the same, each chunk counted once
   * @param liveBytes how long that is on the store, with its tables
   * @param storedBytes how long all is, with what a collection would free
   */
  public record Amounts(
      long points,
      long sizeBytes,
      long logicalBytes,
      long uniqueBytes,
      long liveBytes,
      long storedBytes) {}

  /** What is known of it without reading it. */
  public Status status() {
    UUID id = repository.id();
    return database.read(tx ->
        new Status(
            id,
            repository.location(),
            repository.createdAt(),
            repository.chunkSizeBytes(),
            tx.points().count(PointState.BACKED_UP),
            tx.repositories().collection(id).orElse(null),
            tx.repositories().verification(id).orElse(null),
            tx.repositories().damages(id)));
  }

  /**
   * How much it holds; reads the tables of all snapshots.
   *
   * @throws RefusedException if somebody else is asking just now
   */
  public Amounts amounts() throws IOException {
    if (!adding.tryLock()) {
      throw new RefusedException(
          new Refusal.Busy("repository", DEFAULT, "its content is being added up already"));
    }
    try {
      RepositoryStats stats = repository.stats();
      return new Amounts(
          stats.snapshots(),
          stats.sizeBytes(),
          stats.logicalBytes(),
          stats.uniqueBytes(),
          stats.liveBytes(),
          stats.storedBytes());
    } finally {
      adding.unlock();
    }
  }

  /** Has it rid of what nothing needs, now. */
  public Backlog.Entry collect() {
    return backlog.queue(TaskKind.COLLECT, repository.id(), "");
  }

  /**
   * Has it verified.
   *
   * @param isQuick only its tables, not the content
   */
  public Backlog.Entry verify(boolean isQuick) {
    VerifyMode mode = isQuick ? VerifyMode.QUICK : VerifyMode.FULL;
    return backlog.queue(TaskKind.VERIFY, repository.id(), mode.name());
  }
}
