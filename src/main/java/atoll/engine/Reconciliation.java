package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.hypervisor.Machine;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.LayerStatus;
import atoll.model.VolumeId;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the rows of a volume's layers in line with what is true: what the machine writes to, and
 * what the layers say they lie over.
 *
 * <p>After a crash, or a failure with unknown outcome, three things can be true that the database
 * does not know:
 *
 * <ul>
 *   <li>The machine was switched to the STANDBY layer: it is linked. What was the top is frozen and
 *       ends with no point.
 *   <li>A merge has ended: the layer above the merged ones names another backing file. They are
 *       unlinked; of a commit, the layer beneath has taken over the point.
 *   <li>A merge has not ended: its layers are as good as before, and it is forgotten.
 * </ul>
 *
 * <p>Only a machine that runs is believed that a merge has ended. QEMU writes the new name first
 * and afterwards, at the latest when it ends the job, the tables that say where the merged content
 * is: one that died in between has left a chain that lacks it. What was merged is still there as
 * long as the database has its layer, so the chain is put together again as the database knows it.
 */
final class Reconciliation {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

  private final Database database;
  private final VolumeDriver driver;
  private final Layers layers;
  private final Machines machines;

  Reconciliation(EngineParts parts) {
    this.database = parts.database();
    this.driver = parts.driver();
    this.layers = parts.layers();
    this.machines = parts.machines();
  }

  /**
   * Does it, for a volume on whose layers nothing is at work; the caller holds its lock.
   *
   * @throws IOException if the machine or a layer's file does not answer; nothing was changed then
   */
  void reconcile(VolumeId volume) throws IOException {
    VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, volume));
    if (facts.chain().isEmpty()) {
      return;
    }
    Machine machine = machines.of(facts);
    LayerId top = top(facts, machine);
    List<LayerId> walked = walk(volume, top);
    if (machine == null && !walked.containsAll(facts.chain().ids())) {
      putTogether(facts);
      walked = walk(volume, top);
    }
    boolean switched = !top.equals(facts.chain().top().id());
    boolean merging = facts.chain().linked().stream().anyMatch(Layer::merging);
    if (switched || merging || !walked.equals(facts.chain().ids())) {
      if (!walked.containsAll(facts.chain().ids())) {
        requireMerged(facts, walked, machine);
      }
      List<LayerId> chain = walked;
      database.change(tx -> correct(tx, facts, chain));
      LOG.info("volume {}: layers were {}, are {}", volume, facts.chain().ids(), chain);
    }
    if (machine != null) {
      closeStrays(facts, walked, machine);
    }
  }

  /** Undoes merges of a machine, or a storage daemon, that is no more. */
  private void putTogether(VolumeFacts facts) throws IOException {
    VolumeId volume = facts.volume().id();
    List<LayerId> chain = facts.chain().ids();
    LOG.info(
        "volume {}: what was merged of layers {} when its machine ended is undone", volume, chain);
    for (int i = chain.size() - 1; i > 0; i--) {
      driver.layOver(volume, chain.get(i), chain.get(i - 1));
    }
  }

  /** Requires that what is in no chain any more is, durably, in the layer it was merged into. */
  private void requireMerged(VolumeFacts facts, List<LayerId> walked, @Nullable Machine machine)
      throws IOException {
    VolumeId volume = facts.volume().id();
    for (LayerId layer : walked) { // one of them lay over what is removed next
      driver.sync(volume, layer);
    }
    LayerId beneath = walked.getFirst();
    var removed = new ArrayList<Layer>();
    for (Layer layer : facts.chain().linked()) {
      if (!walked.contains(layer.id())) {
        removed.add(layer);
        continue;
      }
      for (Layer merged : removed) {
        layers.requireMerged(
            merged,
            mergedInto(merged, beneath, layer.id()),
            machine == null ? null : machine.nodes());
      }
      removed.clear();
      beneath = layer.id();
    }
  }

  /** A merge whose start was not answered is not marked: it may have been of either kind. */
  private static List<LayerId> mergedInto(Layer merged, LayerId beneath, LayerId above) {
    return switch (merged.status()) {
      case COMMITTING -> List.of(beneath);
      case PULLING -> List.of(above);
      default -> List.of(beneath, above);
    };
  }

  /**
   * Links the standby layer if a take that was not recorded left it as the one that is, or was
   * last, written to. Unlike {@link #reconcile} it leaves merges alone, so that one may be at work;
   * the caller holds the volume's lock.
   *
   * @throws IOException if the machine or the layer's file does not answer; nothing was changed
   *     then
   */
  void adoptTop(VolumeId volume) throws IOException {
    VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, volume));
    Layer standby = facts.chain().standby();
    if (standby == null || facts.chain().isEmpty()) {
      return;
    }
    if (top(facts, machines.of(facts)).equals(standby.id())) {
      database.change(tx -> tx.layers().setStatus(standby.id(), LayerStatus.LINKED));
      LOG.info("volume {}: layer {} turned out to be its top", volume, standby.id());
    }
  }

  /** The layer that is written to. */
  private LayerId top(VolumeFacts facts, @Nullable Machine machine) throws IOException {
    if (machine != null) {
      return machine.nodes().top(facts.volume().id());
    }
    Layer known = facts.chain().top();
    Layer standby = facts.chain().standby();
    return standby != null && wasWrittenTo(standby, known) ? standby.id() : known.id();
  }

  /**
   * Whether a dead machine had been switched to a standby layer: if it wrote nothing there, it does
   * not matter.
   */
  private boolean wasWrittenTo(Layer standby, Layer top) throws IOException {
    VolumeId volume = standby.volume();
    if (!driver.list(volume).contains(standby.id()) || standby.id().value() < top.id().value()) {
      return false;
    }
    return driver.holdsData(volume, standby.id());
  }

  /** The chain as the layers themselves tell it, base first. */
  private List<LayerId> walk(VolumeId volume, LayerId top) throws IOException {
    var chain = new ArrayList<LayerId>();
    Optional<LayerId> next = Optional.of(top);
    while (next.isPresent()) {
      LayerId layer = next.get();
      chain.addFirst(layer);
      next = driver.backing(volume, layer);
      if (next.isPresent() && next.get().value() >= layer.value()) {
        throw new IOException(
            "volume %s: layer %s lies over %s, which is newer"
                .formatted(volume, layer, next.get()));
      }
    }
    return chain;
  }

  private static void correct(Transaction tx, VolumeFacts facts, List<LayerId> walked) {
    Set<LayerId> there = new HashSet<>(walked);
    Layer beneath = null;
    for (Layer layer : facts.chain().linked()) {
      if (there.contains(layer.id())) {
        tx.layers().setStatus(layer.id(), LayerStatus.LINKED);
        beneath = layer;
      } else {
        if (layer.status() == LayerStatus.COMMITTING && beneath != null) {
          tx.layers().setPoint(beneath.id(), layer.point());
        }
        Layers.unlink(tx, layer.id());
      }
    }
    Layer standby = facts.chain().standby();
    if (standby != null && there.contains(standby.id())) {
      tx.layers().setStatus(standby.id(), LayerStatus.LINKED);
    }
  }

  /**
   * Closes what the machine has open of this volume and no longer needs, newest first: of what one
   * pull merged each layer lies over the one before it still.
   */
  private void closeStrays(VolumeFacts facts, List<LayerId> walked, Machine machine)
      throws IOException {
    Set<LayerId> open = machine.nodes().open();
    for (Layer layer : database.read(tx -> tx.layers().of(facts.volume().id())).reversed()) {
      boolean needed = walked.contains(layer.id()) || layer.status() == LayerStatus.STANDBY;
      if (!needed && open.contains(layer.id())) {
        machine.nodes().close(layer.id());
      }
    }
  }
}
