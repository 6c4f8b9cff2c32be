package atoll.storage;

import atoll.format.BlockImage;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the layers of volumes.
 *
 * <p>Nothing of a volume exists before its first layer is made. May be called from any thread;
 * calls for one volume are made one after the other, but for reading, which may go on beside
 * everything. What reads a layer that is not there, or damaged, fails with {@link
 * LostContentException}.
 */
public interface VolumeDriver {
  /**
   * Makes an empty layer over {@code backing}, or over zeros; durable on return.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is such a layer
   */
  void create(VolumeId volume, LayerId layer, long sizeBytes, @Nullable LayerId backing)
      throws IOException;

  /**
   * Begins to make a layer over zeros that will be given exactly the DATA extents of {@code
   * content}; what is there of that layer is thrown away.
   */
  LayerFilling fill(VolumeId volume, LayerId layer, long sizeBytes, BlockImage content)
      throws IOException;

  /**
   * Opens layers to read: all of the content, with the extents of the upper ones.
   *
   * @param chain base first, down to the one over zeros
   * @param upper how many of them, from the top, the extents tell of
   */
  BlockImage open(VolumeId volume, List<LayerId> chain, int upper) throws IOException;

  /** The layer that {@code layer} says it lies over; empty if it lies over zeros. */
  Optional<LayerId> backing(VolumeId volume, LayerId layer) throws IOException;

  /**
   * Sees to it that a layer says that it lies over {@code backing}, whatever it says now; durable
   * on return. Nobody has it open.
   */
  void layOver(VolumeId volume, LayerId layer, LayerId backing) throws IOException;

  /**
   * Whether whatever {@code from} holds is in {@code into}, too: looks at what is allocated, not at
   * what is written there, and costs in proportion to what {@code from} holds.
   */
  boolean covers(VolumeId volume, LayerId into, LayerId from) throws IOException;

  /**
   * Whether a layer holds anything of its own. A file that is no whole layer holds nothing.
   *
   * @throws IOException if the file cannot be read
   */
  boolean holdsData(VolumeId volume, LayerId layer) throws IOException;

  /** How much room a layer takes for what it holds of its own, in bytes. */
  long allocatedBytes(VolumeId volume, LayerId layer) throws IOException;

  /** Where a layer's file is. */
  Path path(VolumeId volume, LayerId layer);

  /** The layers there are of a volume, in chains or not. */
  Set<LayerId> list(VolumeId volume) throws IOException;

  /** Makes durable what was written to a layer, by whomever, and is in its file by now. */
  void sync(VolumeId volume, LayerId layer) throws IOException;

  /** Removes a layer, durably; one that is not there is removed already. */
  void remove(VolumeId volume, LayerId layer) throws IOException;

  /** How much can still be written before the storage is full. */
  long freeBytes() throws IOException;

  /** How much it holds altogether, what others keep on it included. */
  long totalBytes() throws IOException;
}
