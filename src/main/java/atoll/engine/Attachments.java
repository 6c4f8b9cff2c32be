package atoll.engine;

import atoll.db.Database;
import atoll.db.DatabaseFaultException;
import atoll.db.Transaction;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineGoneException;
import atoll.model.Attachment;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.TaskKind;
import atoll.model.Undisturbed;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.repository.ProgressListener;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Attaches volumes to instances and detaches them, while they run or not. */
final class Attachments {
  private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);

  private final Database database;
  private final Layers layers;
  private final VolumeLocks locks;
  private final Machines machines;
  private final Chains chains;
  private final Merges merges;
  private final Reconciliation reconciliation;
  private final EngineSettings settings;
  private final MachineWatch watch;
  private final InstantSource clock;
  private final Steps steps;

  /** What verbs are attaching and detaching now. */
  private final Set<VolumeId> atWork = ConcurrentHashMap.newKeySet();

  Attachments(
      EngineParts parts,
      Chains chains,
      Merges merges,
      Reconciliation reconciliation,
      MachineWatch watch) {
    this.database = parts.database();
    this.layers = parts.layers();
    this.locks = parts.locks();
    this.machines = parts.machines();
    this.chains = chains;
    this.merges = merges;
    this.reconciliation = reconciliation;
    this.settings = parts.settings();
    this.watch = watch;
    this.clock = parts.clock();
    this.steps = parts.steps();
  }

  /**
   * Attaches a volume in the first free slot of an instance. Of a stopped instance that is all; to
   * a running one it is plugged in, after its content was fetched from the repository if it is not
   * here.
   *
   * @throws RefusedException if one of them is not there or in the wrong state, or all slots are
   *     taken
   * @throws IOException if it cannot be plugged in; it is not attached then, or will not be as soon
   *     as its machine answers
   */
  Attachment attach(InstanceId instance, VolumeId volume, boolean bootable)
      throws IOException, InterruptedException {
    Marked marked = mark(instance, volume, bootable);
    if (!marked.plug()) {
      steps.passed(Step.ATTACH_RECORDED);
      return marked.attachment();
    }
    try {
      steps.passed(Step.ATTACH_MARKED);
      merges.settle(volume);
      Chain chain = chains.makeReady(volume, ProgressListener.NONE);
      machines.of(instance).attach(disk(marked.attachment(), chain));
      steps.passed(Step.ATTACH_PLUGGED);
      finishAttach(volume);
      steps.passed(Step.ATTACH_RECORDED);
      return marked.attachment();
    } catch (IOException | InterruptedException | RuntimeException e) {
      endAfter(e, volume, () -> undoAttach(instance, volume));
      throw e;
    } finally {
      atWork.remove(volume);
    }
  }

  /** An attachment, and whether its disk is to be plugged in: the volume is ATTACHING then. */
  private record Marked(Attachment attachment, boolean plug) {}

  /** Ends what has failed; what cannot be ended now is left to {@link Keeper}. */
  private void endAfter(Exception cause, VolumeId volume, Undisturbed.Work end) {
    try {
      Undisturbed.run(end);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
      watch.tendLater(volume);
    }
  }

  /** Marks a volume; if the database does not say whether it did, {@link Keeper} ends what was. */
  private <T> T marked(VolumeId volume, Function<Transaction, T> mark) {
    try {
      return database.write(mark);
    } catch (DatabaseFaultException e) {
      watch.tendLater(volume);
      throw e;
    }
  }

  /** Sees to it that the machine does not have the disk, and says so. */
  private void undoAttach(InstanceId instance, VolumeId volume) throws IOException {
    try {
      unplug(volume);
    } catch (MachineGoneException e) {
      // It may have ended; or only the connection, and then it may have the disk.
      watch.ended(instance);
      unplug(volume);
    }
    finishDetach(volume);
  }

  private void unplug(VolumeId volume) throws IOException {
    Machine machine = machineOf(database.read(tx -> VolumeFacts.read(tx, volume)));
    if (machine != null) {
      machine.detach(volume, settings.detachPatience());
    }
  }

  private Marked mark(InstanceId instance, VolumeId volume, boolean bootable) {
    try (var _ = locks.lock(volume)) {
      Marked marked =
          marked(
              volume,
              tx -> {
                Volume before = Volumes.readLiving(tx, volume);
                Instance to = Instances.readLiving(tx, instance);
                if (before.status() != VolumeStatus.AVAILABLE && !isReservedFor(before, instance)) {
                  throw notAvailable(tx, before);
                }
                boolean running =
                    switch (to.status()) {
                      case RUNNING -> true;
                      case STOPPED -> false;
                      case STARTING, STOPPING ->
                          throw new RefusedException(
                              new Refusal.Busy(
                                  "instance",
                                  instance.toString(),
                                  "it is being started or stopped"));
                    };
                Instant now = clock.instant();
                var attachment =
                    new Attachment(
                        volume,
                        instance,
                        freeSlot(tx.attachments().of(instance), to),
                        bootable,
                        now);
                tx.attachments().insert(attachment);
                tx.volumes()
                    .move(
                        volume,
                        EnumSet.of(VolumeStatus.AVAILABLE, VolumeStatus.RESERVED),
                        running ? VolumeStatus.ATTACHING : VolumeStatus.IN_USE,
                        now);
                return new Marked(attachment, running);
              });
      if (marked.plug()) {
        atWork.add(volume); // the caller takes it out
      }
      return marked;
    }
  }

  private static boolean isReservedFor(Volume volume, InstanceId instance) {
    InstanceId wanted = volume.reservedFor();
    return volume.status() == VolumeStatus.RESERVED && (wanted == null || wanted.equals(instance));
  }

  private static RefusedException notAvailable(Transaction tx, Volume volume) {
    String where =
        tx.attachments()
            .of(volume.id())
            .map(there ->
                "it is attached to instance " + there.instance() + "; detach it there first")
            .orElse(
                volume.fault() == null
                    ? "only an available volume can be attached"
                    : volume.fault());
    return new RefusedException(
        new Refusal.WrongState("volume", volume.id().toString(), volume.status().name(), where));
  }

  private static int freeSlot(List<Attachment> taken, Instance instance) {
    Set<Integer> slots = taken.stream().map(Attachment::slot).collect(Collectors.toSet());
    for (int slot = 0; slot < DiskSpec.SLOTS; slot++) {
      if (!slots.contains(slot)) {
        return slot;
      }
    }
    throw new RefusedException(
        new Refusal.NotSupported(
            "instance %s has %d disks already, as many as it can"
                .formatted(instance.id(), DiskSpec.SLOTS)));
  }

  /** A volume in its slot, as the hypervisor knows it. */
  DiskSpec disk(Attachment attachment, Chain chain) {
    return new DiskSpec(
        attachment.volume(), attachment.slot(), attachment.bootable(), layers.files(chain));
  }

  /** Records that a volume which was being attached is. */
  private void finishAttach(VolumeId volume) {
    Instant now = clock.instant();
    database.change(tx -> {
      tx.volumes()
          .move(
              volume,
              EnumSet.of(VolumeStatus.ATTACHING, VolumeStatus.DETACHING),
              VolumeStatus.IN_USE,
              now);
      tx.tasks().queue(TaskKind.TEND, volume.value(), now);
    });
  }

  /**
   * Detaches a volume. Its last content becomes a point in time that travels to the repository;
   * when it is there, the layers go.
   *
   * @throws RefusedException if it is not attached, or busy
   * @throws IOException if the guest does not let go of it, and it is still attached then; or if
   *     its machine does not answer, and whether it is still attached is seen when it does
   */
  void detach(VolumeId volume) throws IOException, InterruptedException {
    VolumeFacts facts = markDetaching(volume);
    try {
      steps.passed(Step.DETACH_MARKED);
      settle(volume);
      Machine machine = machines.of(facts);
      if (machine != null) {
        machine.detach(volume, settings.detachPatience());
        steps.passed(Step.DETACH_UNPLUGGED);
      }
      Undisturbed.run(() -> finishDetach(volume));
      steps.passed(Step.DETACH_RECORDED);
    } catch (IOException | RuntimeException e) {
      endAfter(e, volume, () -> finishAfterFailure(volume));
      throw e;
    } finally {
      atWork.remove(volume);
    }
  }

  private void settle(VolumeId volume) throws IOException, InterruptedException {
    try {
      merges.settle(volume);
    } catch (IOException | InterruptedException | RuntimeException e) {
      finishAttach(volume); // nothing was done yet
      throw e;
    }
  }

  private void finishAfterFailure(VolumeId volume) throws IOException {
    try {
      finish(volume);
    } catch (MachineGoneException e) {
      VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, volume));
      if (facts.instance() != null) {
        watch.ended(facts.instance().id());
      }
      finish(volume);
    }
  }

  /** Returns what was true when it was marked: whether a machine has the disk above all. */
  private VolumeFacts markDetaching(VolumeId volume) {
    try (var _ = locks.lock(volume)) {
      VolumeFacts before =
          marked(
              volume,
              tx -> {
                VolumeFacts facts = VolumeFacts.readLiving(tx, volume);
                boolean marked = !facts.inTransition() && moveToDetaching(tx, volume);
                if (!marked) {
                  throw notDetachable(facts);
                }
                return facts;
              });
      atWork.add(volume); // the caller takes it out
      return before;
    }
  }

  private boolean moveToDetaching(Transaction tx, VolumeId volume) {
    return tx.volumes()
        .move(volume, EnumSet.of(VolumeStatus.IN_USE), VolumeStatus.DETACHING, clock.instant());
  }

  private static RefusedException notDetachable(VolumeFacts facts) {
    String volume = facts.volume().id().toString();
    return new RefusedException(
        facts.attachment() == null
            ? new Refusal.WrongState(
                "volume", volume, facts.volume().status().name(), "it is attached to nothing")
            : new Refusal.Busy("volume", volume, "it is being attached, detached or started"));
  }

  /**
   * Whether a volume is being attached or detached by a verb. If it is by none, whoever did it died
   * or failed.
   */
  boolean atWork(VolumeId volume) {
    return atWork.contains(volume);
  }

  /**
   * Ends the attaching or detaching of a volume that no verb is at work on: it is attached if its
   * machine has the disk. One that its guest has let go of when nobody waited for it any more is
   * detached. While the machine is being stopped it is left as it is; whoever does that has the
   * volume tended afterwards.
   *
   * @throws IOException if that cannot be told
   */
  void finish(VolumeId volume) throws IOException {
    try (var _ = locks.lockWithoutLimit(volume)) {
      VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, volume));
      boolean doubtful =
          switch (facts.volume().status()) {
            case ATTACHING, DETACHING -> !facts.inTransition();
            case IN_USE -> facts.running(); // the guest may have let go of it, late or by itself
            case CREATING, AVAILABLE, ERROR -> false;
            case REVERTING, RESTORING, RESERVED, AWAITING_TRANSFER -> false;
          };
      if (!doubtful) {
        return;
      }
      Machine machine = machineOf(facts);
      boolean plugged = machine != null && machine.nodes().disks().contains(volume);
      if (plugged && facts.running()) {
        return;
      }
      LOG.info(
          "volume {}: is {}, its disk is {}",
          volume,
          facts.volume().status(),
          plugged ? "in" : "out");
      if (plugged) {
        finishAttach(volume);
      } else {
        boolean _ = database.write(tx -> moveToDetaching(tx, volume));
        closeLayers(facts);
        layers.removeHalfFilled(volume, null);
        reconciliation.reconcile(volume);
        finishDetach(volume);
      }
    }
  }

  /** The machine a volume is being plugged into or out of, if it runs. */
  private @Nullable Machine machineOf(VolumeFacts facts) throws MachineGoneException {
    Instance instance = facts.instance();
    return instance != null && instance.status() != InstanceStatus.STOPPED
        ? machines.of(instance.id())
        : null;
  }

  /**
   * Closes what a machine still has open of a disk that it does not have any more, newest first:
   * its standby layer, and all of it if the guest let go of the disk when nobody waited for that.
   */
  private void closeLayers(VolumeFacts facts) throws IOException {
    Machine machine = machineOf(facts);
    if (machine == null) {
      return;
    }
    Set<LayerId> open = machine.nodes().open();
    for (Layer layer : database.read(tx -> tx.layers().of(facts.volume().id())).reversed()) {
      if (open.contains(layer.id())) {
        machine.nodes().close(layer.id());
      }
    }
  }

  /**
   * Records that a volume which was being attached or detached, and is plugged in nowhere, is
   * attached to nothing, and fixes its last content.
   */
  private void finishDetach(VolumeId volume) throws IOException {
    try (var _ = locks.lockWithoutLimit(volume)) {
      closeLayers(database.read(tx -> VolumeFacts.read(tx, volume)));
      steps.passed(Step.DETACH_CLOSED);
      reconciliation.adoptTop(volume);
      VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, volume));
      @Nullable Layer last = layers.last(facts.chain());
      Instant now = clock.instant();
      database.change(tx -> {
        if (last != null) {
          chains.freeze(tx, facts, last);
        }
        tx.attachments().delete(volume);
        tx.volumes()
            .move(
                volume,
                EnumSet.of(VolumeStatus.ATTACHING, VolumeStatus.DETACHING, VolumeStatus.IN_USE),
                VolumeStatus.AVAILABLE,
                now);
        tx.tasks().queue(TaskKind.BACK_UP, volume.value(), now);
        tx.tasks().queue(TaskKind.TEND, volume.value(), now);
      });
    }
  }
}
