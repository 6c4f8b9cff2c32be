package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.hypervisor.Machine;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.LayerStatus;
import atoll.model.VolumeId;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a layer ready for the next take of each disk that a machine writes to: made, durable, and
 * open in the machine.
 *
 * <p>The row of the next one is recorded in the transaction that uses the last, so that a take
 * costs one commit. Its file is made afterwards; a file that nobody is known to have open is made
 * anew rather than trusted. Everything here is done under the volume's lock.
 */
final class Standbys {
  private final Database database;
  private final Layers layers;
  private final Steps steps;
  private final Map<VolumeId, Ready> ready = new ConcurrentHashMap<>();

  Standbys(Database database, Layers layers, Steps steps) {
    this.database = database;
    this.layers = layers;
    this.steps = steps;
  }

  /** A layer that is ready for a machine, or for none. */
  private record Ready(Layer layer, @Nullable Machine machine) {}

  /**
   * The standby layer of a volume, over its present top and of its present size, open in {@code
   * machine} if it runs; made now if there is none.
   */
  Layer get(VolumeFacts facts, @Nullable Machine machine) throws IOException {
    VolumeId volume = facts.volume().id();
    Layer recorded = facts.chain().standby();
    Ready known = ready.get(volume);
    boolean fits = recorded != null && fits(recorded, facts);
    if (fits
        && known != null
        && Objects.equals(known.machine, machine)
        && isSame(known.layer, recorded)) {
      return known.layer;
    }
    if (recorded == null || !fits) {
      discard(recorded, machine);
      recorded = layers.record(volume, LayerStatus.STANDBY, facts.volume().sizeBytes(), null);
    }
    boolean mayBeOpen = known == null || !Objects.equals(known.machine, machine);
    ready.remove(volume);
    Layer made = prepare(recorded, facts.chain().top().id(), machine, mayBeOpen);
    ready.put(volume, new Ready(made, machine));
    return made;
  }

  private static boolean fits(Layer standby, VolumeFacts facts) {
    return standby.sizeBytes() == facts.volume().sizeBytes()
        && standby.id().value() > facts.chain().top().id().value();
  }

  private static boolean isSame(Layer one, @Nullable Layer other) {
    return other != null && one.id().equals(other.id());
  }

  /**
   * Makes a layer's file and opens it.
   *
   * @param mayBeOpen whether an earlier process, or an attempt that failed, may have done so; then
   *     the file is whole, and must not be touched: what is written to a file that is open and was
   *     replaced is lost
   */
  private Layer prepare(
      Layer recorded, LayerId backing, @Nullable Machine machine, boolean mayBeOpen)
      throws IOException {
    if (machine != null && mayBeOpen && machine.nodes().open().contains(recorded.id())) {
      return recorded;
    }
    Layer made = layers.make(recorded, backing);
    if (machine != null) {
      machine.nodes().open(layers.file(made));
      steps.passed(Step.LAYER_OPENED);
    }
    return made;
  }

  /** Closes it first: that fails, and nothing is changed, if a lost take made it the top. */
  private void discard(@Nullable Layer standby, @Nullable Machine machine) throws IOException {
    if (standby != null) {
      if (machine != null) {
        machine.nodes().close(standby.id());
      }
      database.change(tx -> Layers.unlink(tx, standby.id()));
      steps.passed(Step.LAYER_UNLINKED);
      layers.removeUnlinked(standby.volume(), machine == null ? null : machine.nodes());
    }
  }

  /** Records the row of the standby layer after the one that a transaction links. */
  static void recordNext(Transaction tx, VolumeFacts facts, Instant now) {
    Layers.record(
        tx, facts.volume().id(), LayerStatus.STANDBY, facts.volume().sizeBytes(), null, now);
  }
}
