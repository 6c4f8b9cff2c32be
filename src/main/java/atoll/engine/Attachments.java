package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineGoneException;
import atoll.model.Attachment;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.Layer;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Attaches volumes to instances and detaches them, while they run or not. */
final class Attachments {
  private final Database database;
  private final Layers layers;
  private final VolumeLocks locks;
  private final Machines machines;
  private final Chains chains;
  private final Merges merges;
  private final Reconciliation reconciliation;
  private final EngineSettings settings;
  private final InstantSource clock;
  private final Steps steps;

  Attachments(EngineParts parts, Chains chains, Merges merges, Reconciliation reconciliation) {
    this.database = parts.database();
    this.layers = parts.layers();
    this.locks = parts.locks();
    this.machines = parts.machines();
    this.chains = chains;
    this.merges = merges;
    this.reconciliation = reconciliation;
    this.settings = parts.settings();
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
   * @throws IOException if it cannot be plugged in; it is not attached then
   */
  Attachment attach(InstanceId instance, VolumeId volume, boolean bootable)
      throws IOException, InterruptedException {
    Marked marked = mark(instance, volume, bootable);
    if (marked.plug()) {
      steps.passed(Step.ATTACH_MARKED);
      try {
        merges.settle(volume);
        Chain chain = chains.makeReady(volume, _ -> {});
        machines.of(instance).attach(disk(marked.attachment(), chain));
        steps.passed(Step.ATTACH_PLUGGED);
      } catch (IOException | InterruptedException | RuntimeException e) {
        undoAttach(instance, volume, e);
        throw e;
      }
      finishAttach(volume);
    }
    return marked.attachment();
  }

  /** An attachment, and whether its disk is to be plugged in: the volume is ATTACHING then. */
  private record Marked(Attachment attachment, boolean plug) {}

  /** After a failed attempt: sees to it that the machine does not have the disk, and says so. */
  private void undoAttach(InstanceId instance, VolumeId volume, Exception cause) {
    try {
      machines.of(instance).detach(volume, settings.detachPatience());
    } catch (MachineGoneException e) {
      cause.addSuppressed(e);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
      return;
    }
    try {
      finishDetach(volume);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private Marked mark(InstanceId instance, VolumeId volume, boolean bootable) {
    try (var _ = locks.lock(volume)) {
      return database.write(tx -> {
        Volume before = VolumeFacts.readLiving(tx, volume).volume();
        Instance to = Instances.readLiving(tx, instance);
        if (before.status() != VolumeStatus.AVAILABLE) {
          throw notAvailable(tx, before);
        }
        boolean running =
            switch (to.status()) {
              case RUNNING -> true;
              case STOPPED -> false;
              case STARTING, STOPPING ->
                  throw new RefusedException(
                      new Refusal.Busy(
                          "instance", instance.toString(), "it is being started or stopped"));
            };
        Instant now = clock.instant();
        var attachment =
            new Attachment(
                volume, instance, freeSlot(tx.attachments().of(instance), to), bootable, now);
        tx.attachments().insert(attachment);
        tx.volumes()
            .move(
                volume,
                EnumSet.of(VolumeStatus.AVAILABLE),
                running ? VolumeStatus.ATTACHING : VolumeStatus.IN_USE,
                now);
        return new Marked(attachment, running);
      });
    }
  }

  private static RefusedException notAvailable(Transaction tx, Volume volume) {
    String where =
        tx.attachments()
            .of(volume.id())
            .map(there ->
                "it is attached to instance " + there.instance() + "; detach it there first")
            .orElse("only an available volume can be attached");
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
  void finishAttach(VolumeId volume) {
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
   * @throws IOException if the guest does not let go of it; it is still attached then
   */
  void detach(VolumeId volume) throws IOException, InterruptedException {
    VolumeFacts facts = markDetaching(volume);
    steps.passed(Step.DETACH_MARKED);
    try {
      merges.settle(volume);
      Machine machine = machines.of(facts);
      if (machine != null) {
        machine.detach(volume, settings.detachPatience());
        steps.passed(Step.DETACH_UNPLUGGED);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      finishAttach(volume);
      throw e;
    }
    finishDetach(volume);
  }

  /** Returns what was true when it was marked: whether a machine has the disk above all. */
  private VolumeFacts markDetaching(VolumeId volume) {
    try (var _ = locks.lock(volume)) {
      return database.write(tx -> {
        VolumeFacts facts = VolumeFacts.readLiving(tx, volume);
        boolean marked =
            !facts.inTransition()
                && tx.volumes()
                    .move(
                        volume,
                        EnumSet.of(VolumeStatus.IN_USE),
                        VolumeStatus.DETACHING,
                        clock.instant());
        if (!marked) {
          throw notDetachable(facts);
        }
        return facts;
      });
    }
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
   * Records that a volume which was being attached or detached is attached to nothing, and fixes
   * its last content.
   */
  void finishDetach(VolumeId volume) throws IOException {
    try (var _ = locks.lock(volume)) {
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
