package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.hypervisor.BlockJob;
import atoll.hypervisor.BlockNodes;
import atoll.hypervisor.Hypervisor;
import atoll.hypervisor.Machine;
import atoll.hypervisor.OfflineChain;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.LayerStatus;
import atoll.model.Point;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Carries out merges, one at a time on a volume, while guests run or not.
 *
 * <p>A merge holds the volume's lock where it begins and where it ends, never while its job runs.
 * What the job changed and the database does not know yet, {@link Reconciliation} reads from the
 * layers themselves.
 */
final class Merges {
  private final Database database;
  private final VolumeDriver driver;
  private final Hypervisor hypervisor;
  private final Layers layers;
  private final VolumeLocks locks;
  private final Machines machines;
  private final EngineSettings settings;
  private final Steps steps;
  private final Map<VolumeId, Running> running = new ConcurrentHashMap<>();

  Merges(EngineParts parts) {
    this.database = parts.database();
    this.driver = parts.driver();
    this.hypervisor = parts.hypervisor();
    this.layers = parts.layers();
    this.locks = parts.locks();
    this.machines = parts.machines();
    this.settings = parts.settings();
    this.steps = parts.steps();
  }

  /**
   * A merge at work; {@code above} will lie over what stays beneath it, {@code nodes} are those of
   * a machine, or of {@code offline}.
   */
  private record Running(
      Merge merge,
      LayerId above,
      BlockJob job,
      BlockNodes nodes,
      @Nullable OfflineChain offline,
      CountDownLatch recorded) {
    /** The nodes of the machine; null if there is none. A storage daemon has ended by then. */
    @Nullable BlockNodes machineNodes() {
      return offline == null ? nodes : null;
    }
  }

  /** Whether a merge is at work on a volume now. */
  boolean atWork(VolumeId volume) {
    return running.containsKey(volume);
  }

  /**
   * Ends a commit that is at work on a volume, so that the disk can be switched or resized; the
   * caller holds the volume's lock.
   */
  void giveWay(VolumeId volume) throws IOException {
    Running now = running.get(volume);
    if (now != null && now.merge() instanceof Merge.Commit) {
      now.job().cancel();
    }
  }

  /**
   * Waits until whoever holds a volume's lock is done, and ends whatever merge is at work on it:
   * returns when that is recorded. The caller has marked the volume, or its instance, so that no
   * other verb and no other merge begins, and does not hold its lock.
   */
  void settle(VolumeId volume) throws IOException, InterruptedException {
    Running now;
    // Who looked before the mark was set has the lock: a take of a stopped machine's volume would
    // else say of a layer that it is frozen when a machine writes to it already.
    try (var _ = locks.lock(volume)) {
      now = running.get(volume);
    }
    if (now != null) {
      now.job().cancel();
      now.recorded().await();
    }
  }

  /**
   * Does the next merge of a volume and returns when it has ended.
   *
   * @return false if there is nothing to merge now
   */
  boolean mergeNext(VolumeId volume) throws IOException, InterruptedException {
    Running begun;
    try (var _ = locks.lock(volume)) {
      begun = begin(volume).orElse(null);
    }
    if (begun == null) {
      return false;
    }
    // After a failure or an interrupt the layers stay marked: the job may have ended well all the
    // same, and Reconciliation reads from the layers whether it did.
    try {
      boolean merged = await(begun);
      steps.passed(Step.MERGE_DONE);
      if (merged) {
        makeSure(volume, begun);
      }
      end(volume, begun, merged);
      return merged;
    } finally {
      running.remove(volume);
      begun.recorded().countDown();
    }
  }

  /** QEMU does not tell whether all it wrote at the end of a job got to the files. */
  private void makeSure(VolumeId volume, Running begun) throws IOException {
    LayerId into =
        switch (begun.merge()) {
          case Merge.Pull pull -> pull.upper().id();
          case Merge.Commit commit -> commit.base().id();
        };
    driver.sync(volume, into);
    driver.sync(volume, begun.above());
    for (Layer merged : begun.merge().removed()) {
      layers.requireMerged(merged, List.of(into), begun.machineNodes());
    }
  }

  private static boolean await(Running begun) throws IOException, InterruptedException {
    try (OfflineChain _ = begun.offline()) {
      return begun.job().await();
    }
  }

  private Optional<Running> begin(VolumeId volume) throws IOException {
    VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, volume));
    boolean settled =
        facts.volume().status().isResting() || facts.volume().status() == VolumeStatus.IN_USE;
    if (!settled || facts.inTransition() || facts.volume().deletedAt() != null) {
      return Optional.empty();
    }
    Merge merge = Merge.next(situation(facts)).orElse(null);
    if (merge == null) {
      return Optional.empty();
    }
    Machine machine = machines.of(facts);
    database.change(tx -> mark(tx, merge));
    steps.passed(Step.MERGE_MARKED);
    OfflineChain offline = null;
    try {
      BlockNodes nodes;
      if (machine == null) {
        offline = hypervisor.openOffline(layers.files(facts.chain()));
        nodes = offline.nodes();
      } else {
        nodes = machine.nodes();
      }
      var begun =
          new Running(
              merge,
              above(facts.chain(), merge),
              start(nodes, merge),
              nodes,
              offline,
              new CountDownLatch(1));
      running.put(volume, begun);
      steps.passed(Step.MERGE_STARTED);
      return Optional.of(begun);
    } catch (IOException | RuntimeException | Error e) {
      running.remove(volume);
      abandon(e, merge, offline);
      throw e;
    }
  }

  /** The storage daemon first, whatever the database says: it holds the layers for itself. */
  private void abandon(Throwable cause, Merge merge, @Nullable OfflineChain offline) {
    try {
      if (offline != null) {
        offline.close();
      }
      database.change(tx -> unmark(tx, merge));
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private static LayerId above(Chain chain, Merge merge) {
    List<LayerId> ids = chain.ids();
    return ids.get(ids.indexOf(merge.removed().getLast().id()) + 1);
  }

  /**
   * Reads the base point together with what waits: a backup that is recorded between two looks
   * would leave its point in neither, and its boundary would be merged away.
   */
  private Merge.Situation situation(VolumeFacts facts) {
    VolumeId id = facts.volume().id();
    return database.read(tx ->
        new Merge.Situation(
            facts.chain().linked(),
            tx.points().waiting(id).stream().map(Point::id).collect(Collectors.toSet()),
            tx.volumes().find(id).orElseThrow().basePoint(),
            tx.layers().pinned(id),
            layer -> allocatedBytes(layer) >= settings.commitFromBytes()));
  }

  private long allocatedBytes(Layer layer) {
    try {
      return driver.allocatedBytes(layer.volume(), layer.id());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BlockJob start(BlockNodes nodes, Merge merge) throws IOException {
    return switch (merge) {
      case Merge.Pull pull -> nodes.pull(layers.file(pull.upper()), layers.file(pull.base()));
      case Merge.Commit commit ->
          nodes.commit(
              layers.file(commit.top()), layers.file(commit.lower()), layers.file(commit.base()));
    };
  }

  private static void mark(Transaction tx, Merge merge) {
    switch (merge) {
      case Merge.Pull pull ->
          pull.removed().forEach(layer -> tx.layers().setStatus(layer.id(), LayerStatus.PULLING));
      case Merge.Commit commit -> {
        // From now on the base may hold anything between its point and the lower layer's.
        tx.layers().setPoint(commit.base().id(), null);
        tx.layers().setStatus(commit.lower().id(), LayerStatus.COMMITTING);
      }
    }
  }

  private static void unmark(Transaction tx, Merge merge) {
    merge.removed().forEach(layer -> tx.layers().setStatus(layer.id(), LayerStatus.LINKED));
  }

  private void end(VolumeId volume, Running begun, boolean merged) throws IOException {
    try (var _ = locks.lock(volume)) {
      if (!merged) {
        database.change(tx -> unmark(tx, begun.merge()));
        return;
      }
      database.change(tx -> recordMerged(tx, begun.merge()));
      steps.passed(Step.MERGE_RECORDED);
      layers.removeUnlinked(volume, begun.machineNodes());
    }
  }

  private static void recordMerged(Transaction tx, Merge merge) {
    if (merge instanceof Merge.Commit commit) {
      Layer lower = tx.layers().find(commit.lower().id()).orElseThrow();
      tx.layers().setPoint(commit.base().id(), lower.point());
    }
    merge.removed().forEach(layer -> Layers.unlink(tx, layer.id()));
  }
}
