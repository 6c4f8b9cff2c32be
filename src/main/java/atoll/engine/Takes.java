package atoll.engine;

import atoll.db.Database;
import atoll.db.Rehearsal;
import atoll.db.Transaction;
import atoll.hypervisor.FrozenGuest;
import atoll.hypervisor.GuestNotThawedException;
import atoll.hypervisor.LayerSwitch;
import atoll.hypervisor.Machine;
import atoll.model.AlertKind;
import atoll.model.Causes;
import atoll.model.Consistency;
import atoll.model.Layer;
import atoll.model.Point;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first phase of a snapshot: fixing a point in time on primary storage, in milliseconds.
 *
 * <p>A take has one instant and one commit:
 *
 * <ol>
 *   <li>The next layer of each disk lies ready: made, durable, and open in the machine. Its row
 *       says STANDBY.
 *   <li>One transaction of the hypervisor switches all disks to their next layers. What was the top
 *       is frozen: that is the point in time.
 *   <li>One transaction of the database links the new layers, records points and snapshots, and
 *       queues their backups. Then the caller is told.
 * </ol>
 *
 * <p>There is no row that says "taking": if the process dies between 2 and 3, nobody was promised a
 * snapshot, and {@link Recovery} finds the machine writing to a STANDBY layer, links it, and leaves
 * a frozen layer with no point beneath it. A row would only double the cost of the take, and need a
 * way out.
 *
 * <p>Where no machine writes (detached, or stopped), nothing changes, and a take costs no more than
 * rows: it shares the point that the content already has, or gives it one.
 */
final class Takes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Takes.class);

  /** How long a guest may stay frozen; its agent thaws it then, whatever happens. */
  private static final Duration FREEZE_LIMIT = Duration.ofSeconds(5);

  /**
   * The guest's first writes to its new layers come first: opening the next ones keeps QEMU busy.
   */
  private static final Duration PREPARE_AFTER = Duration.ofMillis(100);

  private final Database database;
  private final Space space;
  private final Layers layers;
  private final Standbys standbys;
  private final VolumeLocks locks;
  private final Machines machines;
  private final Merges merges;
  private final Reconciliation reconciliation;
  private final EngineSettings settings;
  private final InstantSource clock;
  private final Alerts alerts;
  private final Steps steps;
  private final Semaphore permits;
  private final ScheduledExecutorService preparing;

  /** Volumes whose machine may write to a layer that the database does not know as the top. */
  private final Set<VolumeId> unadopted = ConcurrentHashMap.newKeySet();

  Takes(
      EngineParts parts,
      Merges merges,
      Reconciliation reconciliation,
      ScheduledExecutorService preparing) {
    this.database = parts.database();
    this.space = parts.space();
    this.layers = parts.layers();
    this.standbys = parts.standbys();
    this.locks = parts.locks();
    this.machines = parts.machines();
    this.merges = merges;
    this.reconciliation = reconciliation;
    this.settings = parts.settings();
    this.clock = parts.clock();
    this.alerts = parts.alerts();
    this.steps = parts.steps();
    this.permits = new Semaphore(settings.workers().takesMax(), true);
    this.preparing = preparing;
  }

  /**
   * One volume on its way through a take.
   *
   * @param last the layer that holds its last content; absent if it has none
   * @param next the layer that will be written to from then on, if a machine writes
   */
  private record Taken(VolumeFacts facts, @Nullable Layer last, @Nullable Layer next) {}

  /** Records what a point in time was taken for, in the transaction that records the point. */
  interface Purpose<T> {
    /**
     * Records it.
     *
     * @param point of {@code volume}; taken for this, or shared with others because nothing has
     *     changed since
     */
    T record(Transaction tx, Volume volume, PointId point);
  }

  /**
   * Fixes points in time of volumes, all at one instant, and returns when they are durable.
   *
   * @return what {@code purpose} made of each
   * @throws RefusedException if a volume is not there, busy, or in the wrong state, or primary
   *     storage is too full
   * @throws IOException if the machine or the disk failed; nothing was taken then
   */
  <T> List<T> take(List<VolumeId> volumes, Quiesce quiesce, Purpose<T> purpose)
      throws IOException, InterruptedException {
    if (Rehearsal.isOn()) {
      List<VolumeFacts> _ = requireTakeable(volumes);
      Instant now = clock.instant();
      database.change(
          tx -> volumes.forEach(id -> tx.tasks().queue(TaskKind.BACK_UP, id.value(), now)));
      Rehearsal.endsHere();
    }
    List<T> recorded;
    permits.acquire();
    try (var _ = locks.lock(volumes)) {
      recorded = takeLocked(volumes, quiesce, purpose);
    } finally {
      permits.release();
    }
    steps.passed(Step.TAKE_RECORDED);
    prepareNextSoon(volumes);
    return recorded;
  }

  private <T> List<T> takeLocked(List<VolumeId> volumes, Quiesce quiesce, Purpose<T> purpose)
      throws IOException {
    adoptUnadopted(volumes);
    List<VolumeFacts> all = requireTakeable(volumes);
    Machine machine = machineOf(all);
    List<Taken> taken = prepare(all, machine);
    Freeze freeze = freezeAndSwitch(quiesce, taken, machine);
    try {
      return database.write(tx -> recorded(tx, taken, freeze, purpose));
    } catch (RuntimeException e) {
      adopt(taken, e);
      throw e;
    }
  }

  private List<VolumeFacts> requireTakeable(List<VolumeId> volumes) throws IOException {
    List<VolumeFacts> all =
        database.read(tx -> volumes.stream().map(id -> VolumeFacts.readLiving(tx, id)).toList());
    all.forEach(this::requireTakeable);
    requireOneInstance(all);
    requireSpace();
    return all;
  }

  private void requireTakeable(VolumeFacts facts) {
    Volume volume = facts.volume();
    String id = volume.id().toString();
    if (facts.inTransition()) {
      throw new RefusedException(
          new Refusal.Busy("volume", id, "its instance is being started or stopped"));
    }
    switch (volume.status()) {
      case AVAILABLE, IN_USE, RESERVED -> {}
      case ATTACHING, DETACHING ->
          throw new RefusedException(
              new Refusal.Busy("volume", id, "it is being attached or detached"));
      case REVERTING, RESTORING ->
          throw new RefusedException(
              new Refusal.Busy(
                  "volume", id, "it is getting the content of a snapshot or a backup"));
      case CREATING ->
          throw new RefusedException(
              new Refusal.WrongState(
                  "volume", id, "still being made", "wait until it is available"));
      case AWAITING_TRANSFER ->
          throw new RefusedException(
              new Refusal.WrongState(
                  "volume", id, "offered to other projects", "delete its transfer first"));
      case ERROR ->
          throw new RefusedException(
              new Refusal.WrongState(
                  "volume",
                  id,
                  "in error (" + volume.fault() + ")",
                  "delete it, or make a new one from its last snapshot"));
    }
    int layersThere = facts.chain().linked().size();
    if (layersThere >= settings.layersMax()) {
      throw new RefusedException(
          new Refusal.Busy(
              "volume",
              id,
              layersThere
                  + " snapshots wait for their backup; see whether the repository answers"));
    }
  }

  private void requireSpace() throws IOException {
    String problem = space.problem();
    if (problem != null) {
      throw new RefusedException(new Refusal.NoSpace(problem));
    }
  }

  private static void requireOneInstance(List<VolumeFacts> all) {
    var instances = all.stream().filter(VolumeFacts::running).map(VolumeFacts::instance).distinct();
    if (instances.count() > 1) {
      throw new RefusedException(
          new Refusal.NotSupported(
              "snapshots at one instant of volumes of several running instances are not supported;"
                  + " take them for each instance"));
    }
  }

  private @Nullable Machine machineOf(List<VolumeFacts> all) throws IOException {
    for (VolumeFacts facts : all) {
      Machine machine = machines.of(facts);
      if (machine != null) {
        return machine;
      }
    }
    return null;
  }

  /**
   * Sees to a next layer for every disk that a machine writes to, and finds the last content of the
   * others.
   */
  private List<Taken> prepare(List<VolumeFacts> all, @Nullable Machine machine) throws IOException {
    var taken = new ArrayList<Taken>();
    for (VolumeFacts facts : all) {
      taken.add(
          facts.running()
              ? new Taken(facts, facts.chain().top(), standbys.get(facts, machine))
              : stopped(facts));
    }
    return taken;
  }

  /** A volume that no machine writes to, whose last take may be one that was not recorded. */
  private Taken stopped(VolumeFacts before) throws IOException {
    VolumeId id = before.volume().id();
    reconciliation.adoptTop(id);
    VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, id));
    return new Taken(facts, layers.last(facts.chain()), null);
  }

  /**
   * When the instant was, how whole the content is, and how long the guest's file systems stood
   * still for that.
   */
  private record Freeze(Instant at, Consistency consistency, Duration frozen) {
    static Freeze crashConsistent(Instant at) {
      return new Freeze(at, Consistency.CRASH, Duration.ZERO);
    }
  }

  private Freeze freezeAndSwitch(Quiesce quiesce, List<Taken> taken, @Nullable Machine machine)
      throws IOException {
    if (machine == null) {
      return Freeze.crashConsistent(clock.instant());
    }
    for (Taken one : taken) {
      merges.giveWay(one.facts().volume().id());
    }
    FrozenGuest frozen = quiesce == Quiesce.NONE ? null : freezeGuest(machine, quiesce);
    long frozenSince = System.nanoTime();
    Instant at;
    try {
      if (frozen != null) {
        steps.passed(Step.GUEST_FROZEN);
      }
      at = clock.instant();
      machine.nodes().switchTo(switches(taken));
      steps.passed(Step.TAKE_SWITCHED);
    } catch (IOException e) {
      closeQuietly(frozen, e);
      adopt(taken, e);
      throw e;
    }
    if (frozen == null || !thaw(frozen, quiesce, taken, machine)) {
      return Freeze.crashConsistent(at);
    }
    return new Freeze(
        at, Consistency.FILE_SYSTEM, Duration.ofNanos(System.nanoTime() - frozenSince));
  }

  private @Nullable FrozenGuest freezeGuest(Machine machine, Quiesce quiesce) throws IOException {
    try {
      return machine.freezeGuest(FREEZE_LIMIT);
    } catch (IOException e) {
      if (quiesce == Quiesce.REQUIRED) {
        throw new IOException(
            "the guest of instance %s could not be quiesced, as the snapshot requires"
                .formatted(machine.id()),
            e);
      }
      LOG.info("instance {}: taken without freezing the guest: {}", machine.id(), e.getMessage());
      return null;
    }
  }

  /** Whether the guest's file systems were frozen until now. */
  private boolean thaw(FrozenGuest frozen, Quiesce quiesce, List<Taken> taken, Machine machine)
      throws IOException {
    try {
      frozen.close();
      steps.passed(Step.GUEST_THAWED);
      alerts.end(AlertKind.GUEST_NOT_THAWED, machine.id().value());
      return true;
    } catch (IOException e) {
      if (e instanceof GuestNotThawedException) {
        alerts.raise(AlertKind.GUEST_NOT_THAWED, machine.id().value(), Causes.inOneLine(e));
      } else {
        LOG.info("instance {}: thawed before the take: {}", machine.id(), e.getMessage());
      }
      if (quiesce == Quiesce.REQUIRED) {
        adopt(taken, e);
        throw e;
      }
      return false;
    }
  }

  private static void closeQuietly(@Nullable FrozenGuest frozen, IOException cause) {
    if (frozen != null) {
      try {
        frozen.close();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private static List<LayerSwitch> switches(List<Taken> taken) {
    var switches = new ArrayList<LayerSwitch>();
    for (Taken one : taken) {
      if (one.facts().running() && one.next() != null) {
        switches.add(new LayerSwitch(one.facts().chain().top().id(), one.next().id()));
      }
    }
    return switches;
  }

  /**
   * After a failure with unknown outcome: brings the rows in line with what the machine really
   * writes to.
   */
  private void adopt(List<Taken> taken, Exception cause) {
    for (Taken one : taken) {
      VolumeId id = one.facts().volume().id();
      try {
        reconciliation.adoptTop(id);
      } catch (IOException | RuntimeException e) {
        unadopted.add(id);
        cause.addSuppressed(e);
      }
    }
  }

  /** What failed after an earlier take, mostly because the database's disk was full. */
  private void adoptUnadopted(List<VolumeId> volumes) throws IOException {
    for (VolumeId id : volumes) {
      if (unadopted.contains(id)) {
        reconciliation.adoptTop(id);
        unadopted.remove(id);
      }
    }
  }

  private <T> List<T> recorded(
      Transaction tx, List<Taken> taken, Freeze freeze, Purpose<T> purpose) {
    var recorded = new ArrayList<T>();
    for (Taken one : taken) {
      PointId point = pointFor(tx, one, new PointId(UUID.randomUUID()), freeze);
      Volume volume = one.facts().volume();
      recorded.add(purpose.record(tx, volume, point));
      tx.tasks().queue(TaskKind.BACK_UP, volume.id().value(), clock.instant());
      tx.tasks().queue(TaskKind.TEND, volume.id().value(), clock.instant());
    }
    return recorded;
  }

  /**
   * The point that holds a volume's content at the instant: a new one, or one that holds it
   * already.
   */
  private PointId pointFor(Transaction tx, Taken one, PointId fresh, Freeze freeze) {
    Layer last = one.last();
    PointId there = last == null ? one.facts().volume().basePoint() : last.point();
    if (there != null && Chains.isKept(tx, there)) {
      return there;
    }
    insertPoint(tx, one, fresh, freeze);
    if (last != null) {
      tx.layers().setPoint(last.id(), fresh);
    }
    if (one.next() != null) {
      Layers.link(tx, one.next());
      Standbys.recordNext(tx, one.facts(), clock.instant());
    }
    return fresh;
  }

  private static void insertPoint(Transaction tx, Taken one, PointId id, Freeze freeze) {
    Volume volume = one.facts().volume();
    tx.points()
        .insert(
            new Point(
                id,
                volume.id(),
                tx.points().nextSequence(),
                PointState.ON_PRIMARY,
                volume.sizeBytes(),
                freeze.at(),
                one.last() == null,
                freeze.consistency(),
                freeze.frozen(),
                null));
  }

  private void prepareNextSoon(List<VolumeId> volumes) {
    try {
      Future<?> _ =
          preparing.schedule(
              () -> volumes.forEach(this::prepareNext),
              PREPARE_AFTER.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: the next start prepares", e);
    }
  }

  /** Makes the standby layer for the next take, where a machine writes. */
  void prepareNext(VolumeId volume) {
    try (var _ = locks.lock(volume)) {
      VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, volume));
      if (facts.volume().status() != VolumeStatus.IN_USE || !facts.running()) {
        return;
      }
      Layer _ = standbys.get(facts, machines.of(facts));
    } catch (IOException | RuntimeException e) {
      LOG.info("volume {}: no layer prepared for the next snapshot: {}", volume, e.toString());
    }
  }

  @Override
  public void close() {
    preparing.close();
  }
}
