package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.hypervisor.BlockNodes;
import atoll.hypervisor.Machine;
import atoll.model.Layer;
import atoll.model.LayerStatus;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.Task;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Tends a volume's layers: looks at how they are, and does what is due until nothing is.
 *
 * <p>It is queued whenever something about a volume has changed, and does not ask what: ends an
 * attaching or detaching that failed and could not be ended; removes files that no chain uses, all
 * layers of a deleted volume once its backups are done, all layers of a detached volume once its
 * content is in the repository; grows a disk whose machine did not hear of it; merges what may be
 * merged.
 */
final class Keeper implements TaskHandler {
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
  private final Steps steps;

  Keeper(
      EngineParts parts,
      Volumes volumes,
      Merges merges,
      Reconciliation reconciliation,
      Attachments attachments) {
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
    this.steps = parts.steps();
  }

  @Override
  public Outcome run(Task task, DoubleConsumer progress) throws IOException, InterruptedException {
    var volume = new VolumeId(task.subject());
    while (tidy(volume) && merges.mergeNext(volume)) {
      progress.accept(0.5);
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
      if (!merges.atWork(id)) {
        // Of a deleted volume too: its waiting backups wait for the marks of a merge that failed.
        reconciliation.reconcile(id);
        if (machine != null) {
          VolumeFacts now = database.read(tx -> VolumeFacts.read(tx, id));
          grow(now, machine);
          Layer _ = standbys.get(now, machine);
        }
      }
      if (database.write(tx -> unlinkWhatIsDone(tx, id))) {
        steps.passed(Step.EVICT_RECORDED);
      }
      BlockNodes nodes = machine == null ? null : machine.nodes();
      layers.removeUnlinked(id, nodes);
      if (facts.volume().deletedAt() != null) {
        database.change(tx -> Points.release(tx, facts.volume().basePoint(), clock.instant()));
      }
      return true;
    }
  }

  /** Makes up for an extension that the machine did not hear of. */
  private void grow(VolumeFacts facts, Machine machine) throws IOException {
    Layer top = facts.chain().top();
    if (top.sizeBytes() < facts.volume().sizeBytes()) {
      volumes.growTop(top, machine, facts.volume().sizeBytes());
    }
  }

  private static boolean changing(Volume volume) {
    return switch (volume.status()) {
      case CREATING, ATTACHING, DETACHING -> true;
      case AVAILABLE, IN_USE, ERROR -> false;
    };
  }

  /** Unlinks all layers of a volume that needs none any more; whether it did. */
  private boolean unlinkWhatIsDone(Transaction tx, VolumeId id) {
    VolumeFacts facts = VolumeFacts.read(tx, id);
    boolean done =
        facts.volume().deletedAt() != null
            ? tx.points().waiting(id).isEmpty()
            : settings.evictDetached() && isEvictable(tx, facts);
    List<Layer> layers =
        tx.layers().of(id).stream()
            .filter(layer -> layer.status() != LayerStatus.UNLINKED)
            .toList();
    if (!done || layers.isEmpty() || !tx.layers().pinned(id).isEmpty()) {
      return false;
    }
    Instant now = clock.instant();
    layers.forEach(layer -> Layers.unlink(tx, layer.id()));
    if (facts.volume().deletedAt() != null) {
      facts.chain().linked().forEach(layer -> Points.release(tx, layer.point(), now));
    }
    return true;
  }

  /** Whether a volume is detached and its last content is in the repository. */
  private static boolean isEvictable(Transaction tx, VolumeFacts facts) {
    Volume volume = facts.volume();
    if (volume.status() != VolumeStatus.AVAILABLE
        || facts.attachment() != null
        || !facts.chain().frozen()) {
      return false;
    }
    PointId last = facts.chain().top().point();
    return last != null
        && last.equals(volume.basePoint())
        && tx.points().find(last).orElseThrow().state() == PointState.BACKED_UP
        && tx.points().waiting(volume.id()).isEmpty();
  }
}
