package atoll.engine;

import atoll.db.Database;
import atoll.db.DatabaseFaultException;
import atoll.db.Rehearsal;
import atoll.db.Transaction;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineSpec;
import atoll.model.Attachment;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.ProjectId;
import atoll.model.TaskKind;
import atoll.model.Undisturbed;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Makes, starts, stops and deletes instances: machines that run on volumes. */
public final class Instances {
  private final Database database;
  private final Machines machines;
  private final Chains chains;
  private final Merges merges;
  private final Attachments attachments;
  private final MachineWatch watch;
  private final Changes changes;
  private final Alerts alerts;
  private final InstantSource clock;
  private final Steps steps;

  Instances(
      EngineParts parts,
      Chains chains,
      Merges merges,
      Attachments attachments,
      MachineWatch watch,
      Changes changes) {
    this.database = parts.database();
    this.machines = parts.machines();
    this.chains = chains;
    this.merges = merges;
    this.attachments = attachments;
    this.watch = watch;
    this.changes = changes;
    this.alerts = parts.alerts();
    this.clock = parts.clock();
    this.steps = parts.steps();
  }

  /** Makes an instance; it is stopped and has no disks. */
  public Instance create(InstanceSpec spec) {
    Instant now = clock.instant();
    var instance =
        new Instance(
            new InstanceId(UUID.randomUUID()),
            spec.owner(),
            spec.name(),
            spec.memoryMib(),
            spec.cpus(),
            spec.channels(),
            InstanceStatus.STOPPED,
            null,
            now,
            now,
            null);
    database.change(tx -> tx.instances().insert(instance));
    steps.passed(Step.INSTANCE_RECORDED);
    return instance;
  }

  /**
   * The instance.
   *
   * @throws RefusedException if there is none, or it is deleted
   */
  public Instance get(InstanceId id) {
    return database.read(tx -> readLiving(tx, id));
  }

  static Instance readLiving(Transaction tx, InstanceId id) {
    return tx.instances()
        .find(id)
        .filter(instance -> instance.deletedAt() == null)
        .orElseThrow(() -> notFound(id));
  }

  private static RefusedException notFound(InstanceId id) {
    return new RefusedException(new Refusal.NotFound("instance", id.toString()));
  }

  /** All that are not deleted, oldest first. */
  public List<Instance> list() {
    return database.read(tx -> tx.instances().list());
  }

  /**
   * A page of those that are not deleted, oldest first.
   *
   * @param project whose; null for everybody's
   * @param after the last one of the page before; null for the first page
   * @throws RefusedException if there never was such an instance
   */
  public List<Instance> list(@Nullable ProjectId project, @Nullable InstanceId after, int limit) {
    return database.read(tx -> {
      if (after != null && tx.instances().find(after).isEmpty()) {
        throw notFound(after);
      }
      return tx.instances().list(project, after, limit);
    });
  }

  /** Waits until an instance has a status; false if it has not after {@code patience}. */
  public boolean awaitStatus(InstanceId id, InstanceStatus status, Duration patience)
      throws InterruptedException {
    return changes.await(() -> get(id).status() == status, patience);
  }

  /** What is attached to an instance, by slot. */
  public List<Attachment> attachments(InstanceId id) {
    return database.read(tx -> tx.attachments().of(id));
  }

  /**
   * The socket of a channel of a running instance.
   *
   * @throws IOException if its machine does not run
   */
  public Path channel(InstanceId id, String name) throws IOException {
    return machines.of(id).channel(name);
  }

  /**
   * Starts a stopped instance: makes the layers of its volumes ready, which may mean to fetch them
   * from the repository, and starts its machine.
   *
   * @param progress hears how far the fetching of the present volume is, from 0 to 1
   * @throws RefusedException if it is not stopped, or a volume is just being attached to it or
   *     detached
   * @throws IOException if a volume cannot be made ready or the machine does not start; it is
   *     stopped then
   */
  public Instance start(InstanceId id, DoubleConsumer progress)
      throws IOException, InterruptedException {
    Instant since = clock.instant();
    Machine machine = startMarked(get(id), since, progress);
    try {
      watch.over(machine);
    } catch (IOException | DatabaseFaultException e) {
      settle(id, since); // it may have ended already, and nobody would hear of it
      throw e;
    }
    return get(id);
  }

  private Machine startMarked(Instance instance, Instant since, DoubleConsumer progress)
      throws IOException, InterruptedException {
    InstanceId id = instance.id();
    recording(id, since, () -> markStarting(id, since));
    try {
      steps.passed(Step.START_MARKED);
      Machine machine =
          machines.start(
              new MachineSpec(
                  id,
                  instance.memoryMib(),
                  instance.cpus(),
                  disks(id, progress),
                  instance.channels()));
      steps.passed(Step.START_RUNNING);
      settled(id, EnumSet.of(InstanceStatus.STARTING), InstanceStatus.RUNNING);
      steps.passed(Step.START_RECORDED);
      return machine;
    } catch (IOException | InterruptedException | RuntimeException e) {
      after(e, () -> recording(id, since, () -> endStarting(id)));
      throw e;
    }
  }

  private void endStarting(InstanceId id) throws IOException {
    try {
      machines.end(id);
    } catch (IOException e) {
      watch.settle(id);
      throw e;
    }
    // It may be recorded as running if the database has not said whether it was.
    var begun = EnumSet.of(InstanceStatus.STARTING, InstanceStatus.RUNNING);
    settled(id, begun, InstanceStatus.STOPPED);
  }

  private void settle(InstanceId id, Instant since) throws IOException {
    recording(id, since, () -> watch.settle(id));
  }

  /**
   * Records something of a transition that began at {@code since}. If the database cannot be used,
   * what became of the machine is recorded when it can.
   */
  private void recording(InstanceId id, Instant since, Undisturbed.Work work) throws IOException {
    try {
      work.run();
    } catch (DatabaseFaultException e) {
      watch.settleLater(id, since);
      throw e;
    }
  }

  private static void after(Exception cause, Undisturbed.Work end) {
    try {
      Undisturbed.run(end);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * In one transaction with a look at the volumes: whoever is attaching or detaching one counts on
   * it that no machine comes to have it meanwhile.
   */
  private void markStarting(InstanceId id, Instant since) {
    database.change(tx -> {
      for (Attachment attachment : tx.attachments().of(id)) {
        Volume volume = tx.volumes().find(attachment.volume()).orElseThrow();
        if (volume.status() != VolumeStatus.IN_USE) {
          throw new RefusedException(
              new Refusal.Busy(
                  "volume", volume.id().toString(), "it is being attached or detached"));
        }
      }
      if (!tx.instances()
          .move(id, EnumSet.of(InstanceStatus.STOPPED), InstanceStatus.STARTING, null, since)) {
        throw wrongState(readLiving(tx, id), "it is not stopped");
      }
    });
  }

  /** The disks of an instance, with layers that are ready to be written to. */
  private List<DiskSpec> disks(InstanceId id, DoubleConsumer progress)
      throws IOException, InterruptedException {
    var disks = new ArrayList<DiskSpec>();
    for (Attachment attachment : attachments(id)) {
      merges.settle(attachment.volume());
      Chain chain =
          chains.makeReady(
              attachment.volume(),
              Progress.bytesTo(present -> progress.accept(present.fraction())));
      disks.add(attachments.disk(attachment, chain));
    }
    return disks;
  }

  /**
   * Stops an instance: asks its guest to power off, and ends the machine after {@code grace}. A
   * stopped instance is stopped already.
   *
   * @throws RefusedException if it is just being started or stopped
   */
  public Instance stop(InstanceId id, Duration grace) throws IOException, InterruptedException {
    if (get(id).status() == InstanceStatus.STOPPED) {
      return get(id);
    }
    Instant since = clock.instant();
    recording(id, since, () -> markStopping(id, since));
    try {
      steps.passed(Step.STOP_MARKED);
      for (Attachment attachment : attachments(id)) {
        merges.settle(attachment.volume());
      }
      machines.of(id).shutDown(grace);
      steps.passed(Step.STOP_ENDED);
      Undisturbed.run(() -> {
        machines.forget(id);
        settled(id, EnumSet.of(InstanceStatus.STOPPING), InstanceStatus.STOPPED);
      });
      steps.passed(Step.STOP_RECORDED);
    } catch (IOException | InterruptedException | RuntimeException e) {
      after(e, () -> settle(id, since));
      throw e;
    }
    alerts.endAll(id.value());
    return get(id);
  }

  /**
   * Deletes an instance; a running one is ended as if its plug was pulled. Its volumes are detached
   * and stay.
   */
  public void delete(InstanceId id) throws IOException, InterruptedException {
    if (get(id).status() == InstanceStatus.RUNNING) {
      stop(id, Duration.ZERO);
    }
    boolean detached;
    do {
      for (Attachment attachment : attachments(id)) {
        attachments.detach(attachment.volume());
      }
      detached = database.write(tx -> deleteDetached(tx, id));
    } while (!detached);
    steps.passed(Step.INSTANCE_DELETED);
    machines.dismiss(id);
    steps.passed(Step.INSTANCE_FORGOTTEN);
    alerts.endAll(id.value());
  }

  /** False, and nothing is done, if a volume was attached meanwhile. */
  private boolean deleteDetached(Transaction tx, InstanceId id) {
    if (!tx.attachments().of(id).isEmpty()) {
      return false;
    }
    if (!tx.instances().delete(id, clock.instant())) {
      throw wrongState(readLiving(tx, id), "it can be deleted when it is stopped or running");
    }
    return true;
  }

  private void markStopping(InstanceId id, Instant since) {
    var running = EnumSet.of(InstanceStatus.RUNNING);
    boolean moved =
        database.write(
            tx -> tx.instances().move(id, running, InstanceStatus.STOPPING, null, since));
    if (!moved) {
      throw wrongState(get(id), "it is not running");
    }
  }

  private static RefusedException wrongState(Instance instance, String problem) {
    return new RefusedException(
        new Refusal.WrongState(
            "instance", instance.id().toString(), instance.status().name(), problem));
  }

  /** Ends a transition, and has the volumes tended. */
  private void settled(InstanceId id, Set<InstanceStatus> from, InstanceStatus to) {
    Instant now = clock.instant();
    database.change(tx -> {
      tx.instances().move(id, from, to, null, now);
      for (Attachment attachment : tx.attachments().of(id)) {
        tx.tasks().queue(TaskKind.TEND, attachment.volume().value(), now);
      }
    });
  }

  /** As {@link Attachments#attach}. */
  public Attachment attach(InstanceId id, VolumeId volume, boolean bootable)
      throws IOException, InterruptedException {
    requireNoRehearsal();
    return attachments.attach(id, volume, bootable);
  }

  /** As {@link Attachments#detach}. */
  public void detach(VolumeId volume) throws IOException, InterruptedException {
    requireNoRehearsal();
    attachments.detach(volume);
  }

  private static void requireNoRehearsal() {
    if (Rehearsal.isOn()) {
      throw new RefusedException(
          new Refusal.NotSupported("There is no plan of what machines do, and it was not done"));
    }
  }
}
