package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.hypervisor.Hypervisor;
import atoll.hypervisor.Machine;
import atoll.model.AlertKind;
import atoll.model.Causes;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.PointState;
import atoll.model.TaskKind;
import atoll.model.Undisturbed;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the database true again when the service starts, whatever ended it.
 *
 * <p>In this order: which machines still run; what was being attached, detached or started; what
 * the layers of each volume are. Then everything that may be due is queued. What cannot be made out
 * is left as it is and looked at again later, for nothing is deleted that is not understood.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Database database;
  private final Hypervisor hypervisor;
  private final Machines machines;
  private final Layers layers;
  private final Attachments attachments;
  private final Volumes volumes;
  private final Reconciliation reconciliation;
  private final MachineWatch watch;
  private final Alerts alerts;
  private final InstantSource clock;

  Recovery(
      EngineParts parts,
      Attachments attachments,
      Volumes volumes,
      Reconciliation reconciliation,
      MachineWatch watch) {
    this.database = parts.database();
    this.hypervisor = parts.hypervisor();
    this.machines = parts.machines();
    this.layers = parts.layers();
    this.attachments = attachments;
    this.volumes = volumes;
    this.reconciliation = reconciliation;
    this.watch = watch;
    this.alerts = parts.alerts();
    this.clock = parts.clock();
  }

  /** Does it; nothing else is at work yet. */
  void run() throws IOException {
    database.change(tx -> tx.layers().unpinAll());
    List<Instance> instances = database.read(tx -> tx.instances().list());
    instances.forEach(this::recover);
    lookAtOthers(instances);
    for (VolumeId volume : database.read(Recovery::doubtful)) {
      inLine(volume, () -> attachments.finish(volume));
    }
    for (Volume volume : database.read(tx -> tx.volumes().withLayers())) {
      recoverLayers(volume);
    }
    queueAll();
  }

  /** One that cannot be made out is looked at again in the background. */
  private void recover(Instance instance) {
    try {
      bringInLine(instance);
      alerts.end(AlertKind.MACHINE_UNREACHABLE, instance.id().value());
    } catch (IOException e) {
      LOG.warn("instance {}: its machine could not be made out", instance.id(), e);
      watch.settle(instance.id());
    }
  }

  private void bringInLine(Instance instance) throws IOException {
    InstanceId id = instance.id();
    Optional<Machine> machine = machines.find(id);
    boolean stopped = instance.status() == InstanceStatus.STOPPED;
    if (machine.isPresent() && stopped) {
      LOG.warn("instance {} is stopped, but its machine runs: ending it", id);
      machines.end(id);
      return;
    }
    if (machine.isPresent()) {
      watch.over(machine.get());
    }
    InstanceStatus now = machine.isPresent() ? InstanceStatus.RUNNING : InstanceStatus.STOPPED;
    if (now != instance.status()) {
      @Nullable String fault =
          instance.status() == InstanceStatus.RUNNING
              ? "its machine ended while the service was down"
              : null;
      database.change(tx ->
          tx.instances().move(id, EnumSet.of(instance.status()), now, fault, clock.instant()));
      if (fault != null) {
        alerts.raise(AlertKind.MACHINE_ENDED, id.value(), fault);
      }
      LOG.info("instance {}: was {}, is {}", id, instance.status(), now);
    }
  }

  /** What the hypervisor has of instances that are deleted, or unknown. */
  private void lookAtOthers(List<Instance> instances) throws IOException {
    Set<InstanceId> others = new HashSet<>(hypervisor.kept());
    instances.forEach(instance -> others.remove(instance.id()));
    Set<InstanceId> running = Set.copyOf(hypervisor.running());
    for (InstanceId other : others) {
      if (running.contains(other)) {
        LOG.warn("a machine of unknown instance {} runs; it is left alone", other);
      } else if (database.read(tx -> tx.instances().find(other)).isPresent()) {
        dismiss(other);
      }
    }
  }

  private void dismiss(InstanceId deleted) {
    try {
      machines.dismiss(deleted);
    } catch (IOException e) {
      LOG.warn("what is kept of the deleted instance {} could not be removed", deleted, e);
    }
  }

  /**
   * The volumes that were being attached or detached, and those that a running machine may have let
   * go of: of how many others there are nothing here depends.
   */
  private static Set<VolumeId> doubtful(Transaction tx) {
    var doubtful =
        new LinkedHashSet<VolumeId>(
            tx.volumes().in(EnumSet.of(VolumeStatus.ATTACHING, VolumeStatus.DETACHING)));
    for (Instance instance : tx.instances().list()) {
      if (instance.status() == InstanceStatus.RUNNING) {
        tx.attachments().of(instance.id()).forEach(one -> doubtful.add(one.volume()));
      }
    }
    return doubtful;
  }

  /** What cannot be done now is tried again in the background, where a person is told. */
  private void inLine(VolumeId volume, Undisturbed.Work work) {
    try {
      work.run();
    } catch (IOException e) {
      LOG.info("volume {}: is looked at again later: {}", volume, Causes.inOneLine(e));
      database.change(tx -> tx.tasks().queue(TaskKind.TEND, volume.value(), clock.instant()));
    } catch (RuntimeException e) {
      LOG.error("volume {}: could not be made out", volume, e);
    }
  }

  private void recoverLayers(Volume volume) {
    VolumeId id = volume.id();
    inLine(
        id,
        () -> {
          if (database.read(tx -> VolumeFacts.read(tx, id)).inTransition()) {
            return; // its machine may run: it is tended when that is known
          }
          // First closes what the machine has open of what then is removed.
          reconciliation.reconcile(id);
          layers.removeHalfFilled(id, null);
          VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, id));
          Machine machine = machines.of(facts);
          if (machine != null && !facts.chain().isEmpty()) {
            volumes.growTop(facts, machine);
          }
        });
  }

  private void queueAll() {
    Instant now = clock.instant();
    database.change(tx -> {
      for (Volume volume : tx.volumes().withLayers()) {
        tx.tasks().queue(TaskKind.TEND, volume.id().value(), now);
      }
      for (VolumeId volume : tx.points().volumesWith(PointState.ON_PRIMARY)) {
        tx.tasks().queue(TaskKind.BACK_UP, volume.value(), now);
      }
      // What is in the repository is let go of where it becomes unwanted; see Collections.
      for (PointState state : EnumSet.of(PointState.ON_PRIMARY, PointState.DROPPING)) {
        tx.points().unwanted(state).forEach(point -> Points.release(tx, point, now));
      }
    });
  }
}
