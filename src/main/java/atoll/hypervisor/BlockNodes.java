package atoll.hypervisor;

import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * The layers that a QEMU process has open, and what can be done to them while it runs.
 *
 * <p>What was done survives a restart of Atoll, not one of the process: layers know their backing
 * file by its name.
 */
public interface BlockNodes {
  /**
   * Opens a prepared, empty overlay beside the chains, for a later {@link #switchTo}.
   *
   * @throws IOException if it is open already, since then it may be over another file that had the
   *     same name
   */
  void open(LayerFile overlay) throws IOException;

  /** Closes a layer that no chain uses (any more); not open is fine. */
  void close(LayerId layer) throws IOException;

  /** The layers that are open, in chains or beside them. */
  Set<LayerId> open() throws IOException;

  /** The volumes whose disks are plugged in. */
  Set<VolumeId> disks() throws IOException;

  /**
   * The layer a disk is writing to.
   *
   * @throws IOException if there is no such disk
   */
  LayerId top(VolumeId volume) throws IOException;

  /** Makes each overlay the new top of its chain, all at one instant, or none. */
  void switchTo(List<LayerSwitch> switches) throws IOException;

  /**
   * Copies what {@code upper} lacks out of the frozen layers between it and {@code base} into it,
   * and takes those out of the chain: a pull. The disk may be written to and switched to new
   * overlays meanwhile. Cancelled, it keeps what it copied.
   *
   * @param upper a frozen layer
   * @param base the layer that stays beneath
   */
  BlockJob pull(LayerFile upper, LayerFile base) throws IOException;

  /**
   * Writes the content of the frozen layers from {@code lower} up to {@code upper} into the layer
   * beneath them, {@code base}, and takes them out of the chain. While it runs the disk cannot be
   * switched to a new overlay; cancelled, it starts again from the beginning.
   *
   * @param top the top of the disk's chain
   * @param upper the uppermost frozen layer to write down
   * @param base the layer written to
   */
  BlockJob commit(LayerFile top, LayerFile upper, LayerFile base) throws IOException;

  /**
   * Writes to the file of a frozen layer what a job has written to it and is still in memory, as it
   * is after a job that met a full disk.
   */
  void flush(LayerId frozen) throws IOException;

  /** Makes the disk that writes to {@code top} larger. */
  void resize(LayerId top, long sizeBytes) throws IOException;
}
