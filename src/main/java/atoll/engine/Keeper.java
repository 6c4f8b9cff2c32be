package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.hypervisor.BlockNodes;
import atoll.hypervisor.Machine;
import atoll.model.Causes;
import atoll.model.Layer;
import atoll.model.MessageKind;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.Task;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.storage.LostContentException;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tends a volume's layers: looks at how they are, and does what is due until nothing is.
 *
 * <p>It is queued whenever something about a volume has changed, and does not ask what: ends an
 * attaching or detaching that failed and could not be ended; removes files that no chain uses, all
 * layers of a deleted volume once its backups are done, all layers of a detached volume once its
 * content is in the repository; gives a volume the content it waits for; grows a disk whose machine
 * did not hear of it; merges what may be merged. A detached volume whose layers are lost goes on
 * from the repository if it is whole there, else it is in error until they are back.
 */
final class Keeper implements TaskHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  private final Database database;
  private final Layers layers;
  private final Standbys standbys;
  private final VolumeLocks locks;
  private final Machines machines;
  private final EngineSettings settings;
  private final InstantSource clock;
  private final Volumes volumes;
  private final Merges merges;
  private final Reconciliation reconciliation;
  private final Attachments attachments;
  private final Reverts reverts;
  private final Steps steps;

  Keeper(
      EngineParts parts,
      Volumes volumes,
      Merges merges,
      Reconciliation reconciliation,
      Attachments attachments,
      Reverts reverts) {
    this.database = parts.database();
    this.layers = parts.layers();
    this.standbys = parts.standbys();
    this.locks = parts.locks();
    this.machines = parts.machines();
    this.settings = parts.settings();
    this.clock = parts.clock();
    this.volumes = volumes;
    this.merges = merges;
    this.reconciliation = reconciliation;
    this.attachments = attachments;
    this.reverts = reverts;
    this.steps = parts.steps();
  }

  @Override
  public Outcome run(Task task, Consumer<Progress> progress)
      throws IOException, InterruptedException {
    var volume = new VolumeId(task.subject());
    while (tidy(volume) && merges.mergeNext(volume)) {
      progress.accept(Progress.of(0.5));
    }
    return DONE;
  }

  /**
   * Does all but merging.
   *
   * @return false if somebody else is at work on the volume, so that nothing could be done; whoever
   *     that is queues this again
   */
  private boolean tidy(VolumeId id) throws IOException {
    try (var _ = locks.lock(id)) {
      if (!attachments.atWork(id)) {
        attachments.finish(id);
      }
      VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, id));
      if (facts.inTransition() || changing(facts.volume())) {
        return false;
      }
      Machine machine = machines.of(facts);
      if (facts.volume().deletedAt() != null) { // then it does not matter whether layers are lost
        evictWhatIsDone(id);
      }
      replaceContent(facts.volume()); // nor here
      if (!merges.atWork(id)) {
        lookAtLayers(id, machine);
      }
      replaceContent(facts.volume()); // what a merge that failed had marked was in the way
      evictWhatIsDone(id);
      BlockNodes nodes = machine == null ? null : machine.nodes();
      layers.removeHalfFilled(id, nodes);
      if (facts.volume().deletedAt() != null) {
        database.change(tx -> Points.release(tx, facts.volume().basePoint(), clock.instant()));
      }
      return true;
    }
  }

  private void replaceContent(Volume volume) {
    if (volume.status().isReplacing()) {
      reverts.finish(volume.id());
    }
  }

  /** Of a deleted volume too: its waiting backups wait for the marks of a merge that failed. */
  private void lookAtLayers(VolumeId id, @Nullable Machine machine) throws IOException {
    try {
      reconciliation.reconcile(id);
    } catch (LostContentException e) {
      if (!goesOnFromRepository(id, Causes.inOneLine(e))) {
        throw e;
      }
    }
    VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, id));
    if (machine != null) {
      volumes.growTop(facts, machine);
      Layer _ = standbys.get(facts, machine);
    }
    boolean found = facts.volume().status() == VolumeStatus.ERROR && !facts.chain().isEmpty();
    if (found) {
      database.change(tx -> tx.volumes().recover(id, clock.instant()));
    }
  }

  /** Lets go of lost layers whose content is in the repository; else the volume is in error. */
  private boolean goesOnFromRepository(VolumeId id, String fault) {
    return database.write(tx -> {
      VolumeFacts facts = VolumeFacts.read(tx, id);
      if (isInRepository(tx, facts) && tx.layers().pinned(id).isEmpty()) {
        LOG.warn("volume {}: goes on from the repository: {}", id, fault);
        tx.volumes().recover(id, clock.instant());
        return Layers.unlinkAll(tx, id);
      }
      if (facts.volume().status().isResting()) {
        Instant now = clock.instant();
        tx.volumes().fail(id, fault, now);
        Messages.aboutVolume(tx, MessageKind.VOLUME_LOST, facts.volume(), now);
        tx.transfers().deleteOf(id); // nobody is given what is lost
      }
      return false;
    });
  }

  private static boolean changing(Volume volume) {
    return switch (volume.status()) {
      case CREATING, ATTACHING, DETACHING -> true;
      case AVAILABLE, IN_USE, ERROR -> false;
      case REVERTING, RESTORING, RESERVED, AWAITING_TRANSFER -> false;
    };
  }

  private void evictWhatIsDone(VolumeId id) {
    if (database.write(tx -> unlinkWhatIsDone(tx, id))) {
      steps.passed(Step.EVICT_RECORDED);
    }
  }

  /** Unlinks all layers of a volume that needs none any more; whether it did. */
  private boolean unlinkWhatIsDone(Transaction tx, VolumeId id) {
    VolumeFacts facts = VolumeFacts.read(tx, id);
    boolean done =
        facts.volume().deletedAt() != null
            ? tx.points().waiting(id).isEmpty()
            : settings.evictDetached() && isInRepository(tx, facts);
    if (!done || !tx.layers().pinned(id).isEmpty() || !Layers.unlinkAll(tx, id)) {
      return false;
    }
    if (facts.volume().deletedAt() != null) {
      Instant now = clock.instant();
      facts.chain().linked().forEach(layer -> Points.release(tx, layer.point(), now));
    }
    return true;
  }

  /** Whether a volume is detached and its last content is in the repository. */
  private static boolean isInRepository(Transaction tx, VolumeFacts facts) {
    Volume volume = facts.volume();
    boolean settled = volume.status().isResting() || volume.status() == VolumeStatus.ERROR;
    if (!settled || facts.attachment() != null || !facts.chain().frozen()) {
      return false;
    }
    PointId last = facts.chain().top().point();
    return last != null
        && last.equals(volume.basePoint())
        && tx.points().find(last).orElseThrow().state() == PointState.BACKED_UP
        && tx.points().waiting(volume.id()).isEmpty();
  }
}
