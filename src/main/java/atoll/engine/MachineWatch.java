package atoll.engine;

import atoll.db.Database;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineEvent;
import atoll.hypervisor.MachineGoneException;
import atoll.hypervisor.MachineStatus;
import atoll.model.AlertKind;
import atoll.model.Attachment;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.TaskKind;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
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
  private static final long RESUME_EVERY_MILLIS = 2000;
  private static final long LOOK_AGAIN_MILLIS = 500;

  private final Database database;
  private final Machines machines;
  private final Space space;
  private final Alerts alerts;
  private final InstantSource clock;
  private final ExecutorService threads;
  private final Set<InstanceId> shutDown = ConcurrentHashMap.newKeySet();
  private final Set<InstanceId> stalled = ConcurrentHashMap.newKeySet();
  private final Set<InstanceId> unsettled = ConcurrentHashMap.newKeySet();

  MachineWatch(EngineParts parts, ExecutorService threads) {
    this.database = parts.database();
    this.machines = parts.machines();
    this.space = parts.space();
    this.alerts = parts.alerts();
    this.clock = parts.clock();
    this.threads = threads;
  }

  /** Watches over a machine from now on. */
  void over(Machine machine) throws IOException {
    InstanceId id = machine.id();
    alerts.end(AlertKind.MACHINE_ENDED, id.value());
    machine.listen(event -> happened(id, event));
    if (machine.status() instanceof MachineStatus.IoError) {
      stalled(id, "one of its disks failed");
    }
  }

  private void happened(InstanceId id, MachineEvent event) {
    switch (event) {
      case MachineEvent.GuestShutDown() -> shutDown.add(id);
      case MachineEvent.GuestReset() -> {
        LOG.info("instance {}: its guest was reset", id);
        later(() -> alerts.end(AlertKind.GUEST_NOT_THAWED, id.value()));
      }
      case MachineEvent.DiskFailed(String node, boolean noSpace) ->
          stalled(id, "its disk " + node + (noSpace ? " found no space" : " failed"));
      case MachineEvent.Ended() -> later(() -> ended(id));
    }
  }

  /** A guest stands still: it is tried again while there is room. */
  private void stalled(InstanceId id, String why) {
    if (stalled.add(id)) {
      later(() -> resumeWhenThereIsRoom(id, why));
    }
  }

  private void later(Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: the next start sees to it", e);
    }
  }

  private void resumeWhenThereIsRoom(InstanceId id, String why) {
    try {
      alerts.raise(
          AlertKind.GUEST_STOPPED,
          id.value(),
          why + "; the guest stands still, and is let go on when there is room");
      Machine machine = machines.of(id);
      while (machine.status() instanceof MachineStatus.IoError) {
        if (space.problem() == null) {
          machine.resume();
          LOG.info("instance {}: goes on", id);
        }
        TimeUnit.MILLISECONDS.sleep(RESUME_EVERY_MILLIS);
      }
      alerts.end(AlertKind.GUEST_STOPPED, id.value());
    } catch (IOException e) {
      LOG.info("instance {}: cannot be resumed: {}", id, e.getMessage());
    } catch (InterruptedException e) {
      LOG.debug("closing: the next start sees to it", e);
    } finally {
      stalled.remove(id);
    }
  }

  /** Whoever is just stopping the instance sees to the end of its machine. */
  private void ended(InstanceId id) {
    InstanceStatus status = database.read(tx -> tx.instances().find(id).orElseThrow().status());
    if (status == InstanceStatus.RUNNING) {
      settle(id);
    }
  }

  /**
   * Brings an instance's status in line with whether its machine runs. Where that cannot be told it
   * is looked at again until it can: nobody else would, and its volumes could not be used.
   */
  void settle(InstanceId id) {
    try {
      record(id, runs(id) ? InstanceStatus.RUNNING : InstanceStatus.STOPPED);
      unsettled.remove(id);
    } catch (IOException e) {
      if (unsettled.add(id)) {
        LOG.error("instance {}: whether its machine runs cannot be told yet", id, e);
        later(() -> settleAgain(id));
      }
    }
  }

  private void settleAgain(InstanceId id) {
    try {
      while (unsettled.contains(id)) {
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        if (unsettled.contains(id)) {
          settle(id);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("closing: the next start sees to it", e);
    }
  }

  private boolean runs(InstanceId id) throws IOException {
    try {
      return machines.of(id).status() != null;
    } catch (MachineGoneException e) {
      LOG.debug("instance {}: {}", id, e.getMessage());
      machines.forget(id);
    }
    Optional<Machine> machine = machines.find(id);
    if (machine.isPresent()) {
      over(machine.get());
    }
    return machine.isPresent();
  }

  private void record(InstanceId id, InstanceStatus status) {
    Instant now = clock.instant();
    boolean asked = shutDown.remove(id);
    @Nullable String fault =
        database.write(tx -> {
          InstanceStatus before = tx.instances().find(id).orElseThrow().status();
          @Nullable String why =
              before == InstanceStatus.RUNNING && status == InstanceStatus.STOPPED && !asked
                  ? "its machine ended unexpectedly"
                  : null;
          if (before != status) {
            tx.instances().move(id, EnumSet.of(before), status, why, now);
          }
          for (Attachment attachment : tx.attachments().of(id)) {
            tx.tasks().queue(TaskKind.TEND, attachment.volume().value(), now);
          }
          return why;
        });
    if (status == InstanceStatus.STOPPED) {
      alerts.end(AlertKind.GUEST_STOPPED, id.value());
      alerts.end(AlertKind.GUEST_NOT_THAWED, id.value());
    }
    if (fault != null) {
      alerts.raise(AlertKind.MACHINE_ENDED, id.value(), fault);
    }
  }
}
