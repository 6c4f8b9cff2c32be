package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.Consistency;
import atoll.model.Layer;
import atoll.model.LayerStatus;
import atoll.model.Point;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.repository.ProgressListener;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a volume's chain ready to be written to, and fixes its last content when nothing will write
 * to it any more.
 *
 * <p>A volume has nothing on disk until it is attached to a machine that runs. Then its base is
 * filled from the repository if it has content there, and a layer of its own lies on top.
 */
final class Chains {
  private final Database database;
  private final Layers layers;
  private final Standbys standbys;
  private final Fillings fillings;
  private final Reconciliation reconciliation;
  private final InstantSource clock;
  private final Steps steps;

  Chains(EngineParts parts, Fillings fillings, Reconciliation reconciliation) {
    this.database = parts.database();
    this.layers = parts.layers();
    this.standbys = parts.standbys();
    this.fillings = fillings;
    this.reconciliation = reconciliation;
    this.clock = parts.clock();
    this.steps = parts.steps();
  }

  /**
   * Gives a volume a chain whose top may be written to and has the volume's size. The volume is
   * marked so that nobody else touches its chain.
   */
  Chain makeReady(VolumeId id, ProgressListener progress) throws IOException {
    layers.removeHalfFilled(id, null);
    reconciliation.reconcile(id);
    VolumeFacts facts = facts(id);
    PointId base = facts.volume().basePoint();
    if (facts.chain().isEmpty() && base != null) {
      fillings.fromRepository(facts.volume(), base, progress);
      facts = facts(id);
    }
    Volume volume = facts.volume();
    if (facts.chain().isEmpty()) {
      Layer first = layers.record(id, LayerStatus.STANDBY, volume.sizeBytes(), null);
      link(layers.make(first, null), null);
    } else if (facts.chain().frozen() || facts.chain().top().sizeBytes() < volume.sizeBytes()) {
      link(standbys.get(facts, null), facts.chain().top());
    }
    return facts(id).chain();
  }

  private VolumeFacts facts(VolumeId id) {
    return database.read(tx -> VolumeFacts.read(tx, id));
  }

  private void link(Layer layer, @Nullable Layer beneath) {
    database.change(tx -> {
      Layers.link(tx, layer);
      if (beneath != null) {
        Points.release(tx, beneath.point(), clock.instant());
      }
    });
    steps.passed(Step.LAYER_LINKED);
  }

  /**
   * Fixes the last content of a volume that no machine writes to any more as a point in time,
   * unless it is one already.
   *
   * @param last the layer that holds it, as {@link Layers#last} says
   */
  void freeze(Transaction tx, VolumeFacts facts, Layer last) {
    Instant now = clock.instant();
    Layer top = facts.chain().top();
    if (!last.id().equals(top.id())) {
      Layers.unlink(tx, top.id());
    }
    if (facts.chain().standby() != null) {
      Layers.unlink(tx, facts.chain().standby().id());
    }
    PointId there = last.point();
    if (there != null && isKept(tx, there)) {
      return;
    }
    var point = new PointId(UUID.randomUUID());
    tx.points()
        .insert(
            new Point(
                point,
                facts.volume().id(),
                tx.points().nextSequence(),
                PointState.ON_PRIMARY,
                last.sizeBytes(),
                now,
                false,
                Consistency.CRASH,
                Duration.ZERO,
                null));
    tx.layers().setPoint(last.id(), point);
  }

  /** Whether a point's content is still there. */
  static boolean isKept(Transaction tx, PointId point) {
    return switch (tx.points().find(point).orElseThrow().state()) {
      case ON_PRIMARY, BACKED_UP -> true;
      case DROPPING, DROPPED -> false;
    };
  }
}
