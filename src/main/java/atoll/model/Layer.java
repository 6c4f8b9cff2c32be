package atoll.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One qcow2 file of a volume's chain. A chain is ordered by id: new layers come on top.
 *
 * @param sizeBytes the volume's size when it was made
 * @param point the point in time whose content is the chain up to and with this layer; absent for
 *     the layer that is written to, and where nothing wants that point any more
 * @param createMicros how long making the file took
 */
public record Layer(
    LayerId id,
    VolumeId volume,
    LayerStatus status,
    long sizeBytes,
    @Nullable PointId point,
    long createMicros,
    Instant createdAt) {
  /** The same, when its file has been made. */
  public Layer made(long micros) {
    return new Layer(id, volume, status, sizeBytes, point, micros, createdAt);
  }

  /** Whether it is part of its volume's chain. */
  public boolean linked() {
    return switch (status) {
      case LINKED, PULLING, COMMITTING -> true;
      case FILLING, STANDBY, UNLINKED -> false;
    };
  }

  /** Whether a merge is at work on it. */
  public boolean merging() {
    return status == LayerStatus.PULLING || status == LayerStatus.COMMITTING;
  }
}
