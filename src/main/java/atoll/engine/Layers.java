package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.hypervisor.BlockNodes;
import atoll.hypervisor.LayerFile;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.LayerStatus;
import atoll.model.PointId;
import atoll.model.VolumeId;
import atoll.storage.LostContentException;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes and removes the files of layers in step with their rows.
 *
 * <p>A row is there before its file and goes after it, so that no file is ever unknown. All of it
 * is done under the volume's lock.
 */
final class Layers {
  private final Database database;
  private final VolumeDriver driver;
  private final InstantSource clock;
  private final Steps steps;

  Layers(Database database, VolumeDriver driver, InstantSource clock, Steps steps) {
    this.database = database;
    this.driver = driver;
    this.clock = clock;
    this.steps = steps;
  }

  /** Records a layer whose file is still to be made. */
  Layer record(VolumeId volume, LayerStatus status, long sizeBytes, @Nullable PointId point) {
    Layer layer =
        database.write(tx -> record(tx, volume, status, sizeBytes, point, clock.instant()));
    steps.passed(Step.LAYER_RECORDED);
    return layer;
  }

  /** As {@link #record(VolumeId, LayerStatus, long, PointId)}, within a transaction. */
  static Layer record(
      Transaction tx,
      VolumeId volume,
      LayerStatus status,
      long sizeBytes,
      @Nullable PointId point,
      Instant now) {
    var layer = new Layer(tx.layers().nextId(), volume, status, sizeBytes, point, 0, now);
    tx.layers().insert(layer);
    return layer;
  }

  /** Makes the file of a recorded layer: empty, over {@code backing} or over zeros. */
  Layer make(Layer recorded, @Nullable LayerId backing) throws IOException {
    long start = System.nanoTime();
    driver.remove(recorded.volume(), recorded.id());
    driver.create(recorded.volume(), recorded.id(), recorded.sizeBytes(), backing);
    steps.passed(Step.LAYER_MADE);
    return recorded.made((System.nanoTime() - start) / 1000);
  }

  /**
   * The layer that holds the last content of a volume that nothing writes to: its top, or the one
   * beneath if nothing was written to the top; absent for an empty chain. A top that is lost may
   * have held something.
   */
  @Nullable Layer last(Chain chain) throws IOException {
    if (chain.isEmpty()) {
      return null;
    }
    Layer top = chain.top();
    boolean untouched = !chain.frozen() && chain.belowTop().isPresent() && !mayHoldData(top);
    return untouched ? chain.belowTop().get() : top;
  }

  private boolean mayHoldData(Layer layer) throws IOException {
    try {
      return driver.holdsData(layer.volume(), layer.id());
    } catch (LostContentException e) {
      return true;
    }
  }

  /**
   * Requires that what a layer held is, durably, in the file of one of others, so that its own may
   * go.
   *
   * @param nodes what has the others open, if anything: it may keep in memory what a job wrote
   * @throws IOException if it is not
   */
  void requireMerged(Layer merged, List<LayerId> others, @Nullable BlockNodes nodes)
      throws IOException {
    if (isMerged(merged, others)) {
      return;
    }
    if (nodes != null) {
      for (LayerId into : others) {
        nodes.flush(into);
        driver.sync(merged.volume(), into);
      }
      if (isMerged(merged, others)) {
        return;
      }
    }
    throw new IOException(
        "volume %s: layer %s was merged into %s, but is not all there"
            .formatted(merged.volume(), merged.id(), others));
  }

  private boolean isMerged(Layer merged, List<LayerId> others) throws IOException {
    for (LayerId into : others) {
      if (driver.covers(merged.volume(), into, merged.id())) {
        return true;
      }
    }
    return false;
  }

  /** Puts a layer on top of its chain. */
  static void link(Transaction tx, Layer layer) {
    tx.layers().setMade(layer.id(), layer.sizeBytes(), layer.createMicros());
    tx.layers().setStatus(layer.id(), LayerStatus.LINKED);
  }

  /** Takes a layer out of its chain; its file is removed later. */
  static void unlink(Transaction tx, LayerId layer) {
    tx.layers().setPoint(layer, null);
    tx.layers().setStatus(layer, LayerStatus.UNLINKED);
  }

  /** Takes all layers of a volume out of its chain; whether there was any. */
  static boolean unlinkAll(Transaction tx, VolumeId volume) {
    boolean any = false;
    for (Layer layer : tx.layers().of(volume)) {
      if (layer.status() != LayerStatus.UNLINKED) {
        unlink(tx, layer.id());
        any = true;
      }
    }
    return any;
  }

  /**
   * Removes what a crash or a failure left behind of a base layer that was being filled; nobody
   * fills one of the volume now. With it goes what is in no chain any more, as {@link
   * #removeUnlinked} says.
   */
  void removeHalfFilled(VolumeId volume, @Nullable BlockNodes nodes) throws IOException {
    List<Layer> halfFilled =
        database.read(tx -> tx.layers().of(volume)).stream()
            .filter(layer -> layer.status() == LayerStatus.FILLING)
            .toList();
    if (!halfFilled.isEmpty()) {
      database.change(tx -> halfFilled.forEach(layer -> unlink(tx, layer.id())));
    }
    removeUnlinked(volume, nodes);
  }

  /**
   * Removes the files and then the rows of the layers that are in no chain any more, newest first:
   * where they are open still, each may lie over the one before it.
   */
  void removeUnlinked(VolumeId volume, @Nullable BlockNodes nodes) throws IOException {
    List<Layer> layers = database.read(tx -> tx.layers().of(volume));
    for (Layer layer : layers.reversed()) {
      if (layer.status() == LayerStatus.UNLINKED) {
        if (nodes != null) {
          nodes.close(layer.id());
          steps.passed(Step.LAYER_CLOSED);
        }
        driver.remove(volume, layer.id());
        steps.passed(Step.LAYER_REMOVED);
        database.change(tx -> tx.layers().delete(layer.id()));
        steps.passed(Step.LAYER_FORGOTTEN);
      }
    }
  }

  /** A layer as the hypervisor knows it. */
  LayerFile file(Layer layer) {
    return new LayerFile(layer.id(), driver.path(layer.volume(), layer.id()));
  }

  /** A chain as the hypervisor knows it. */
  List<LayerFile> files(Chain chain) {
    return chain.linked().stream().map(this::file).toList();
  }
}
