package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.format.BlockImage;
import atoll.model.BackupFigures;
import atoll.model.Causes;
import atoll.model.Layer;
import atoll.model.Point;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.Snapshot;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.repository.ProgressListener;
import atoll.repository.Repository;
import atoll.repository.SnapshotManifest;
import atoll.repository.SnapshotRequest;
import atoll.storage.LostContentException;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second phase of a snapshot: writing what changed to the repository, while guests run.
 *
 * <p>Of one volume one point at a time is written, oldest first, each against the one before it:
 * what is read are the layers between the two, and nothing else. The manifest has the point's id,
 * so an attempt that was cut off after its last step finds its work done. A point that was begun is
 * written to its end or dropped: until then its task alone knows that it may be in the repository.
 */
final class BackUps implements TaskHandler {
  private static final Logger LOG = LoggerFactory.getLogger(BackUps.class);

  /** How soon to look again when a merge is at work on the layers to be read. */
  private static final Duration MERGE_WAIT = Duration.ofMillis(200);

  private final Database database;
  private final Repository repository;
  private final VolumeDriver driver;
  private final VolumeLocks locks;
  private final InstantSource clock;
  private final Steps steps;
  private final Collections collections;

  BackUps(EngineParts parts, Collections collections) {
    this.collections = collections;
    this.database = parts.database();
    this.repository = parts.repository();
    this.driver = parts.driver();
    this.locks = parts.locks();
    this.clock = parts.clock();
    this.steps = parts.steps();
  }

  /**
   * What is to be written: a point, the point it is written against, and the image of what changed
   * between them.
   */
  private record Increment(
      Volume volume,
      Point point,
      @Nullable PointId parent,
      BlockImage image,
      List<Snapshot> snapshots) {}

  /** What came of looking for an increment. */
  private sealed interface Search {
    record Found(Increment increment) implements Search {}

    record MergeAtWork() implements Search {}

    record Nothing() implements Search {}
  }

  @Override
  public Outcome run(Task task, Consumer<Progress> progress) throws IOException {
    var volume = new VolumeId(task.subject());
    String holder = "task " + task.id();
    PointId begun = task.argument().isEmpty() ? null : PointId.of(task.argument());
    return switch (begin(task, volume, begun, holder)) {
      case Search.Nothing() -> {
        // What waited may have been deleted since an attempt that could not even let go.
        database.change(tx -> letGo(tx, volume, holder));
        yield DONE;
      }
      case Search.MergeAtWork() -> new Outcome.Later(MERGE_WAIT);
      case Search.Found(Increment increment) -> {
        boolean recorded = false;
        try (var image = increment.image()) {
          steps.passed(Step.BACK_UP_PINNED);
          write(increment, image, holder, progress);
          recorded = true;
        } finally {
          if (!recorded) {
            database.change(tx -> letGo(tx, volume, holder));
          }
        }
        yield new Outcome.Later(Duration.ZERO);
      }
    };
  }

  /** A merge or a revert may have waited for the layers. */
  private void letGo(Transaction tx, VolumeId volume, String holder) {
    tx.layers().unpin(holder);
    tx.tasks().queue(TaskKind.TEND, volume.value(), clock.instant());
  }

  /**
   * What is to be written, oldest first; what an earlier attempt began is, though nothing may need
   * it. If it was dropped since then it may be in the repository although that attempt failed, and
   * nobody else knows. All in one transaction: it may be dropped at any time.
   */
  private List<Point> waiting(Transaction tx, VolumeId volume, @Nullable PointId begun) {
    List<Point> waiting = tx.points().waiting(volume);
    if (begun == null) {
      return waiting;
    }
    Point point = tx.points().find(begun).orElseThrow();
    if (point.state() == PointState.DROPPED) {
      tx.tasks().queue(TaskKind.DROP_POINT, begun.value(), clock.instant());
    }
    return point.state() == PointState.ON_PRIMARY
        ? Stream.concat(Stream.of(point), waiting.stream()).distinct().toList()
        : waiting;
  }

  private Search begin(Task task, VolumeId volume, @Nullable PointId begun, String holder)
      throws IOException {
    try (var _ = locks.lock(volume)) {
      VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, volume));
      List<Point> waiting = database.write(tx -> waiting(tx, volume, begun));
      if (waiting.isEmpty()) {
        return new Search.Nothing();
      }
      Point point = waiting.getFirst();
      Chain chain = facts.chain();
      int last = chain.indexOf(point.id());
      PointId parent = parent(facts, last);
      int first = chain.indexOf(parent) + 1;
      List<Layer> changed = chain.linked().subList(Math.min(first, last + 1), last + 1);
      if (changed.stream().anyMatch(Layer::merging)) {
        return new Search.MergeAtWork();
      }
      BlockImage image = image(waiting, chain, last, changed.size());
      List<Snapshot> snapshots =
          database.write(tx -> {
            tx.layers().unpin(holder);
            tx.layers().pin(changed.stream().map(Layer::id).toList(), holder);
            tx.points().clearFaults(volume);
            tx.tasks().setArgument(task.id(), point.id().toString());
            return tx.snapshots().of(point.id());
          });
      return new Search.Found(new Increment(facts.volume(), point, parent, image, snapshots));
    }
  }

  /** The image of the first of some points, or the news that all of them are lost with it. */
  private BlockImage image(List<Point> waiting, Chain chain, int last, int changed)
      throws IOException {
    try {
      return image(waiting.getFirst(), chain, last, changed);
    } catch (LostContentException e) {
      String fault = Causes.inOneLine(e);
      Instant now = clock.instant();
      database.change(tx -> {
        for (Point point : waiting) {
          if (tx.points().setFault(point.id(), fault)) {
            Messages.pointIsLost(tx, point.id(), now);
          }
          tx.volumes().lost(point.id(), fault, now);
        }
        UUID volume = waiting.getFirst().volume().value();
        tx.tasks().queue(TaskKind.TEND, volume, now); // it is no better off
      });
      throw e;
    }
  }

  /** A point that is in no layer is never taken for a blank one. */
  private BlockImage image(Point point, Chain chain, int last, int changed) throws IOException {
    if (last >= 0) {
      return driver.open(point.volume(), chain.idsUpTo(last), changed);
    }
    if (point.blank()) {
      return new BlankImage(point.sizeBytes());
    }
    throw new LostContentException(
        "volume %s: snapshot %s is in none of its layers %s: its content is not on primary storage"
            .formatted(point.volume(), point.id(), chain.ids()));
  }

  /**
   * The point to write against: the volume's base point, if it lies in the chain beneath and is in
   * the repository.
   */
  private @Nullable PointId parent(VolumeFacts facts, int last) {
    PointId base = facts.volume().basePoint();
    int at = facts.chain().indexOf(base);
    if (base == null || at < 0 || at > last) {
      return null;
    }
    boolean there =
        database.read(tx -> tx.points().find(base).orElseThrow().state() == PointState.BACKED_UP);
    return there ? base : null;
  }

  private void write(
      Increment increment, BlockImage image, String holder, Consumer<Progress> progress)
      throws IOException {
    long start = System.nanoTime();
    Point point = increment.point();
    var started = new AtomicBoolean();
    ProgressListener bytes = Progress.bytesTo(progress);
    PointId parent = increment.parent();
    SnapshotManifest manifest =
        repository.write(
            new SnapshotRequest(
                point.id().value(),
                increment.volume().owner().project().value(),
                parent == null ? null : parent.value(),
                point.takenAt(),
                metadata(increment)),
            image,
            (doneBytes, totalBytes) -> {
              if (started.compareAndSet(false, true)) {
                steps.passed(Step.BACK_UP_STARTED);
              }
              bytes.progressed(doneBytes, totalBytes);
            });
    steps.passed(Step.BACK_UP_WRITTEN);
    long millis = (System.nanoTime() - start) / 1_000_000;
    var figures =
        new BackupFigures(
            manifest.bytesChanged(),
            manifest.bytesRead(),
            manifest.bytesStored(),
            millis,
            manifest.contentDigest().toString());
    database.change(tx -> record(tx, increment, figures, holder));
    steps.passed(Step.BACK_UP_RECORDED);
    LOG.info(
        "volume {}: snapshot {} backed up in {} ms, {} bytes read, {} stored",
        increment.volume().id(),
        point.id(),
        millis,
        figures.readBytes(),
        figures.storedBytes());
  }

  private void record(Transaction tx, Increment increment, BackupFigures figures, String holder) {
    Instant now = clock.instant();
    Point point = increment.point();
    letGo(tx, point.volume(), holder);
    tx.points().backedUp(point.id(), figures);
    tx.volumes().arrived(point.id(), now);
    for (Volume replacing : tx.volumes().awaiting(point.id())) { // the new ones wait no more
      tx.tasks().queue(TaskKind.TEND, replacing.id().value(), now);
    }
    tx.tasks().settleUrgency(point.volume());
    tx.volumes()
        .moveBasePoint(increment.volume().id(), increment.volume().basePoint(), point.id(), now);
    collections.queueAfterBackup(tx);
    Points.release(tx, increment.volume().basePoint(), now);
    Points.release(tx, point.id(), now);
  }

  private static Map<String, String> metadata(Increment increment) {
    var metadata = new TreeMap<String, String>();
    metadata.put("volume", increment.volume().id().toString());
    metadata.put("volume_name", increment.volume().name());
    metadata.put("consistency", increment.point().consistency().name());
    for (Snapshot snapshot : increment.snapshots()) {
      metadata.put("snapshot." + snapshot.id(), snapshot.name());
    }
    return metadata;
  }
}
