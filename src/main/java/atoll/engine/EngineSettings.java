package atoll.engine;

import java.time.Duration;

/**
 * What the engine may use, and from when it does what.
 *
 * @param workers how many threads each kind of work has
 * @param layersMax takes of a volume with more layers are refused: its backups are far behind
 * @param freeMarkBytes takes and new content are refused while primary storage has less free than
 *     this
 * @param commitFromBytes a delta from this size on is committed into the base instead of being
 *     pulled upwards
 * @param evictDetached whether the layers of a detached volume are removed once its content is in
 *     the repository
 * @param lease how long a task may go without a sign of life before another worker takes it
 * @param retries the pauses after failures
 * @param busyWait how long a verb waits for another one on the same volume
 * @param detachPatience how long a guest may take to let go of a disk
 * @param collecting when the repository is rid of what nothing needs
 * @param quotas whether projects may have only so much
 */
public record EngineSettings(
    Workers workers,
    int layersMax,
    long freeMarkBytes,
    long commitFromBytes,
    boolean evictDetached,
    Duration lease,
    Retries retries,
    Duration busyWait,
    Duration detachPatience,
    Collecting collecting,
    boolean quotas) {
  /**
   * How many do the same at once.
   *
   * @param takesMax takes, on their callers' threads
   * @param preparesMax preparations of the next take
   * @param backUpsMax backups
   * @param tendsMax other tasks
   */
  public record Workers(int takesMax, int preparesMax, int backUpsMax, int tendsMax) {}

  /**
   * Pauses between attempts.
   *
   * @param min after the first failure; it doubles with each
   * @param max the longest
   */
  public record Retries(Duration min, Duration max) {}

  /**
   * When the repository is rid of what nothing needs: not at once, because that reads the tables of
   * all snapshots, whatever was removed.
   *
   * @param afterRemoval so long after a snapshot was removed
   * @param afterBackup so long after a backup, even if nothing was removed: attempts that were cut
   *     off leave something, and small packs are to be joined
   * @param patience how long a collection waits for the backups that were at work when it began,
   *     before it leaves the rest to another
   */
  public record Collecting(Duration afterRemoval, Duration afterBackup, Duration patience) {}

  /** What suits one host. */
  public static final EngineSettings DEFAULT =
      new EngineSettings(
          new Workers(8, 2, 2, 2),
          400,
          256L << 20,
          64L << 20,
          true,
          Duration.ofSeconds(60),
          new Retries(Duration.ofSeconds(1), Duration.ofMinutes(5)),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          new Collecting(Duration.ofHours(1), Duration.ofDays(1), Duration.ofHours(1)),
          false);

  /** The same, but with other pauses between attempts. */
  public EngineSettings withRetries(Duration min, Duration max) {
    return new EngineSettings(
        workers,
        layersMax,
        freeMarkBytes,
        commitFromBytes,
        evictDetached,
        lease,
        new Retries(min, max),
        busyWait,
        detachPatience,
        collecting,
        quotas);
  }

  /** The same, but with other marks of bytes. */
  public EngineSettings withMarks(long freeBytes, long commitBytes) {
    return new EngineSettings(
        workers,
        layersMax,
        freeBytes,
        commitBytes,
        evictDetached,
        lease,
        retries,
        busyWait,
        detachPatience,
        collecting,
        quotas);
  }

  /** The same, but with another patience for guests that are to let go of a disk. */
  public EngineSettings withDetachPatience(Duration patience) {
    return new EngineSettings(
        workers,
        layersMax,
        freeMarkBytes,
        commitFromBytes,
        evictDetached,
        lease,
        retries,
        busyWait,
        patience,
        collecting,
        quotas);
  }

  /** The same, but keeping or evicting the layers of detached volumes. */
  public EngineSettings withEvictDetached(boolean evict) {
    return new EngineSettings(
        workers,
        layersMax,
        freeMarkBytes,
        commitFromBytes,
        evict,
        lease,
        retries,
        busyWait,
        detachPatience,
        collecting,
        quotas);
  }

  /** The same, but collecting at other times. */
  public EngineSettings withCollecting(Collecting when) {
    return new EngineSettings(
        workers,
        layersMax,
        freeMarkBytes,
        commitFromBytes,
        evictDetached,
        lease,
        retries,
        busyWait,
        detachPatience,
        when,
        quotas);
  }

  /** The same, but for projects that may have only so much, or anything. */
  public EngineSettings withQuotas(boolean wanted) {
    return new EngineSettings(
        workers,
        layersMax,
        freeMarkBytes,
        commitFromBytes,
        evictDetached,
        lease,
        retries,
        busyWait,
        detachPatience,
        collecting,
        wanted);
  }
}
