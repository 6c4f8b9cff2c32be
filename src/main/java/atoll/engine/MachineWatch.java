package atoll.engine;

import atoll.db.Database;
import atoll.db.DatabaseFaultException;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineEvent;
import atoll.hypervisor.MachineGoneException;
import atoll.hypervisor.MachineStatus;
import atoll.model.AlertKind;
import atoll.model.Attachment;
import atoll.model.Causes;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.TaskKind;
import atoll.model.VolumeId;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over running machines: records the end of one that ended by itself, and lets a guest that
 * was stopped by a full disk go on when there is room again.
 */
final class MachineWatch {
  private static final Logger LOG = LoggerFactory.getLogger(MachineWatch.class);
  private static final long LOOK_EVERY_MILLIS = 2000;

  private final Database database;
  private final Machines machines;
  private final Space space;
  private final Alerts alerts;
  private final InstantSource clock;
  private final ExecutorService threads;
  private final Set<InstanceId> shutDown = ConcurrentHashMap.newKeySet();
  private final Set<InstanceId> stalled = ConcurrentHashMap.newKeySet();

  /** Instances, as they were when it could not be told whether their machines run. */
  private final Set<Instance> unreachable = ConcurrentHashMap.newKeySet();

  /** The machines that are listened to, each once. */
  private final Map<InstanceId, Machine> watched = new ConcurrentHashMap<>();

  /**
   * What follows from something that a machine told, or that a verb could not record; interrupted
   * when the engine is closed.
   */
  private interface Work {
    void run() throws InterruptedException;
  }

  MachineWatch(EngineParts parts, ExecutorService threads) {
    this.database = parts.database();
    this.machines = parts.machines();
    this.space = parts.space();
    this.alerts = parts.alerts();
    this.clock = parts.clock();
    this.threads = threads;
  }

  /**
   * Watches over a machine from now on.
   *
   * @throws IOException if it does not answer
   */
  void over(Machine machine) throws IOException {
    InstanceId id = machine.id();
    MachineStatus _ = machine.status(); // else its listener would hear of its end, again and again
    alerts.end(AlertKind.MACHINE_ENDED, id.value());
    if (!machine.equals(watched.put(id, machine))) {
      machine.listen(event -> happened(id, event));
    }
    switch (machine.status()) {
      case MachineStatus.IoError() -> stalled(id, "one of its disks failed");
      case MachineStatus.NotBegun() -> {
        LOG.info("instance {}: its start was cut off, and is gone on with", id);
        machine.resume();
      }
      case MachineStatus.Running(), MachineStatus.Paused(_) ->
          alerts.end(AlertKind.GUEST_STOPPED, id.value());
    }
  }

  private void happened(InstanceId id, MachineEvent event) {
    switch (event) {
      case MachineEvent.GuestShutDown() -> shutDown.add(id);
      case MachineEvent.GuestReset() -> {
        LOG.info("instance {}: its guest was reset", id);
        later(() -> alerts.end(AlertKind.GUEST_NOT_THAWED, id.value()));
      }
      // Nobody may be waiting for it any more.
      case MachineEvent.DiskUnplugged(VolumeId volume) -> tendLater(volume);
      case MachineEvent.DiskFailed(String node, boolean noSpace) ->
          stalled(id, "its disk " + node + (noSpace ? " found no space" : " failed"));
      case MachineEvent.Ended() -> later(() -> ended(id));
    }
  }

  /** Has a volume tended, as soon as the database can be used. */
  void tendLater(VolumeId volume) {
    later(() ->
        database.change(tx -> {
          if (tx.volumes().find(volume).isPresent()) {
            tx.tasks().queue(TaskKind.TEND, volume.value(), clock.instant());
          }
        }));
  }

  /** A guest stands still: it is tried again while there is room. */
  private void stalled(InstanceId id, String why) {
    if (stalled.add(id)) {
      later(() -> resumeWhenThereIsRoom(id, why));
    }
  }

  private void later(Work work) {
    try {
      threads.execute(() -> seeTo(work));
    } catch (RejectedExecutionException e) {
      closing(e);
    }
  }

  private void seeTo(Work work) {
    try {
      untilRecorded(work);
    } catch (InterruptedException e) {
      closing(e);
    } catch (RuntimeException e) {
      if (threads.isShutdown()) {
        closing(e);
      } else {
        LOG.error("what became of a machine could not be seen to", e);
      }
    }
  }

  /** Nobody tells what happened once more: what follows waits until the database can be used. */
  private static void untilRecorded(Work work) throws InterruptedException {
    for (boolean told = false; ; told = true) {
      try {
        work.run();
        return;
      } catch (DatabaseFaultException e) {
        if (!told) {
          LOG.warn("what became of a machine cannot be recorded yet: {}", e.getMessage());
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
    }
  }

  private static void closing(Exception cause) {
    LOG.debug("closing: the next start sees to it", cause);
  }

  private void resumeWhenThereIsRoom(InstanceId id, String why) throws InterruptedException {
    try {
      do {
        try {
          alerts.raise(
              AlertKind.GUEST_STOPPED,
              id.value(),
              why + "; the guest stands still, and is let go on when there is room");
          resumeUntilItGoesOn(id);
        } finally {
          stalled.remove(id);
        }
        // What happened since the last look, and before now, was not heard of.
      } while (standsStill(id) && stalled.add(id));
      alerts.end(AlertKind.GUEST_STOPPED, id.value());
    } catch (IOException e) {
      LOG.info("instance {}: cannot be resumed: {}", id, e.getMessage());
    }
  }

  private void resumeUntilItGoesOn(InstanceId id) throws IOException, InterruptedException {
    while (standsStill(id)) {
      if (space.problem() == null) {
        resume(id);
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
    }
  }

  private boolean standsStill(InstanceId id) throws IOException {
    return machines.of(id).status() instanceof MachineStatus.IoError;
  }

  /** The disk may fail again at once: that is no reason not to try again. */
  private void resume(InstanceId id) throws MachineGoneException {
    try {
      machines.of(id).resume();
      LOG.info("instance {}: goes on", id);
    } catch (MachineGoneException e) {
      throw e;
    } catch (IOException e) {
      LOG.debug("instance {}: does not go on: {}", id, e.getMessage());
    }
  }

  /** Whoever is just stopping the instance sees to the end of its machine. */
  void ended(InstanceId id) {
    if (isRunning(id)) {
      settle(id);
    }
  }

  private boolean isRunning(InstanceId id) {
    return read(id).status() == InstanceStatus.RUNNING;
  }

  /**
   * Brings an instance's status in line with whether its machine runs. If that cannot be told, it
   * is looked at again and again in the background, and a person is told.
   */
  void settle(InstanceId id) {
    settle(read(id));
  }

  /**
   * Does the same when the database can be used: whoever began to change the instance at {@code
   * since} could not record what came of it.
   */
  void settleLater(InstanceId id, Instant since) {
    later(() -> {
      Instance seen = read(id);
      if (seen.status() == InstanceStatus.RUNNING || seen.updatedAt().equals(since)) {
        settle(seen);
      }
    });
  }

  private Instance read(InstanceId id) {
    return database.read(tx -> tx.instances().find(id).orElseThrow());
  }

  private void settle(Instance seen) {
    if (!settled(seen) && unreachable.add(seen)) {
      later(() -> settleWhenItAnswers(seen));
    }
  }

  private void settleWhenItAnswers(Instance seen) throws InterruptedException {
    try {
      do {
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      } while (isAsSeen(seen) && !settled(seen));
      alerts.end(AlertKind.MACHINE_UNREACHABLE, seen.id().value());
    } finally {
      unreachable.remove(seen);
    }
  }

  private boolean isAsSeen(Instance seen) {
    return database.read(tx -> tx.instances().find(seen.id())).filter(seen::equals).isPresent();
  }

  /** False if whether its machine runs cannot be told. */
  private boolean settled(Instance seen) {
    try {
      record(seen, runs(seen.id()) ? InstanceStatus.RUNNING : InstanceStatus.STOPPED);
      alerts.end(AlertKind.MACHINE_UNREACHABLE, seen.id().value());
      return true;
    } catch (IOException e) {
      alerts.raise(
          AlertKind.MACHINE_UNREACHABLE,
          seen.id().value(),
          "whether its machine runs cannot be told: " + Causes.inOneLine(e));
      return false;
    }
  }

  private boolean runs(InstanceId id) throws IOException {
    Optional<Machine> machine = machines.findAgain(id);
    if (machine.isPresent()) {
      over(machine.get());
    } else {
      watched.remove(id);
    }
    return machine.isPresent();
  }

  /** Unless it has changed since it was {@code seen}: whoever did that knew better. */
  private void record(Instance seen, InstanceStatus status) {
    InstanceId id = seen.id();
    Instant now = clock.instant();
    boolean ended = seen.status() == InstanceStatus.RUNNING && status == InstanceStatus.STOPPED;
    @Nullable String fault =
        ended && !shutDown.contains(id) ? "its machine ended unexpectedly" : null;
    boolean recorded =
        database.write(tx -> {
          if (!tx.instances().find(id).orElseThrow().equals(seen)) {
            return false;
          }
          if (seen.status() != status) {
            tx.instances().move(id, EnumSet.of(seen.status()), status, fault, now);
          }
          for (Attachment attachment : tx.attachments().of(id)) {
            tx.tasks().queue(TaskKind.TEND, attachment.volume().value(), now);
          }
          return true;
        });
    if (recorded) {
      shutDown.remove(id);
    }
    if (recorded && status == InstanceStatus.STOPPED) {
      alerts.end(AlertKind.GUEST_STOPPED, id.value());
      alerts.end(AlertKind.GUEST_NOT_THAWED, id.value());
    }
    if (recorded && fault != null) {
      alerts.raise(AlertKind.MACHINE_ENDED, id.value(), fault);
    }
  }
}
