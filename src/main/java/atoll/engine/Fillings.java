package atoll.engine;

import atoll.db.Database;
import atoll.format.BlockImage;
import atoll.format.BlockWriter;
import atoll.format.Extent;
import atoll.model.Layer;
import atoll.model.LayerStatus;
import atoll.model.PointId;
import atoll.model.Volume;
import atoll.repository.ProgressListener;
import atoll.repository.Repository;
import atoll.repository.SnapshotImage;
import atoll.storage.LayerFilling;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Fills the base layers of volumes: from the repository, or from a disk image.
 *
 * <p>A layer that is not whole is FILLING in the database and worthless: after a failure or a crash
 * it is removed and made again.
 */
final class Fillings {
  private static final int COPY_BYTES = 4 << 20;

  private final Database database;
  private final Repository repository;
  private final VolumeDriver driver;
  private final Layers layers;
  private final EngineSettings settings;
  private final Steps steps;

  Fillings(EngineParts parts) {
    this.database = parts.database();
    this.repository = parts.repository();
    this.driver = parts.driver();
    this.layers = parts.layers();
    this.settings = parts.settings();
    this.steps = parts.steps();
  }

  /**
   * Makes the base layer of a volume that has no layers, with the content of a point in time; the
   * layer ends with that point.
   */
  void fromRepository(Volume volume, PointId point, ProgressListener progress) throws IOException {
    try (SnapshotImage image = repository.open(point.value())) {
      fill(
          volume, point, image, (writer, _) -> repository.restore(point.value(), writer, progress));
    }
  }

  /** Makes the base layer of a volume that has no layers, with the content of a disk image. */
  void fromImage(Volume volume, BlockImage image, ProgressListener progress) throws IOException {
    fill(volume, null, image, (writer, content) -> copy(content, writer, progress));
  }

  /** Puts content into a layer. */
  private interface Source {
    void copyTo(BlockWriter writer, BlockImage content) throws IOException;
  }

  private void fill(Volume volume, @Nullable PointId point, BlockImage content, Source source)
      throws IOException {
    requireSpace(volume, content);
    Layer layer = layers.record(volume.id(), LayerStatus.FILLING, volume.sizeBytes(), point);
    long start = System.nanoTime();
    try (LayerFilling filling = driver.fill(volume.id(), layer.id(), volume.sizeBytes(), content)) {
      steps.passed(Step.FILL_STARTED);
      source.copyTo(filling, content);
      filling.finish();
    } catch (IOException | RuntimeException e) {
      abandon(layer, e);
      throw e;
    }
    steps.passed(Step.FILL_DONE);
    long micros = (System.nanoTime() - start) / 1000;
    database.change(tx -> {
      tx.layers().setMade(layer.id(), layer.sizeBytes(), micros);
      tx.layers().setStatus(layer.id(), LayerStatus.LINKED);
    });
    steps.passed(Step.FILL_RECORDED);
  }

  private void requireSpace(Volume volume, BlockImage content) throws IOException {
    long needed = dataBytes(content) + settings.freeMarkBytes();
    long free = driver.freeBytes();
    if (free < needed) {
      throw new RefusedException(
          new Refusal.NoSpace(
              "volume %s needs %d MiB on primary storage, which has %d MiB free: free some space"
                  .formatted(volume.id(), needed >> 20, free >> 20)));
    }
  }

  private static long dataBytes(BlockImage content) throws IOException {
    long[] bytes = new long[1];
    content.extents(
        0,
        content.sizeBytes(),
        extent -> {
          if (extent.kind() == Extent.Kind.DATA) {
            bytes[0] += extent.lengthBytes();
          }
        });
    return bytes[0];
  }

  private void abandon(Layer layer, Exception cause) {
    try {
      database.change(tx -> Layers.unlink(tx, layer.id()));
      layers.removeUnlinked(layer.volume(), null);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private static void copy(BlockImage from, BlockWriter to, ProgressListener progress)
      throws IOException {
    long total = dataBytes(from);
    var buffer = ByteBuffer.allocateDirect(COPY_BYTES);
    long[] done = new long[1];
    from.extents(
        0,
        from.sizeBytes(),
        extent -> {
          if (extent.kind() != Extent.Kind.DATA) {
            return;
          }
          for (long at = extent.offsetBytes(); at < extent.endBytes(); at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(COPY_BYTES, extent.endBytes() - at));
            from.read(at, buffer);
            to.write(at, buffer.flip());
            done[0] += buffer.limit();
            progress.progressed(done[0], total);
          }
        });
  }
}
