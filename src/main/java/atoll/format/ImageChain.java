package atoll.format;

import atoll.format.Extent.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * Layers over one another, read as one image: the topmost layer that holds something at a place
 * decides.
 *
 * <p>The chain is as long as its top. A lower layer that is shorter reads as zeros behind its end
 * and hides there what lies beneath it, as in QEMU: {@link #extents} calls that {@link Kind#ZERO},
 * held by the short layer.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Cluster mapping", and bdrv_co_common_block_status_above.
 */
public final class ImageChain implements BlockImage {
  private final List<BlockImage> layers;
  private final int upper;

  private ImageChain(List<BlockImage> layers, int upper) {
    this.layers = List.copyOf(layers);
    this.upper = upper;
    if (upper < 1 || upper > layers.size()) {
      throw new IllegalArgumentException(upper + " of " + layers.size() + " layers");
    }
  }

  /** The chain of all layers, the topmost first. Closing the chain closes them. */
  public static ImageChain of(List<BlockImage> layersTopFirst) {
    return new ImageChain(layersTopFirst, layersTopFirst.size());
  }

  /**
   * What the upper {@code upper} layers changed: {@link #extents} tells only what these hold, while
   * {@link #read} reads through to the lowest layer, so that a block which changed in part can be
   * read in whole. Closing it closes all layers.
   *
   * @param upper at least 1
   */
  public static ImageChain above(List<BlockImage> layersTopFirst, int upper) {
    return new ImageChain(layersTopFirst, upper);
  }

  @Override
  public long sizeBytes() {
    return layers.getFirst().sizeBytes();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes());
    read(0, offsetBytes, destination);
  }

  /** Fills {@code destination} with what layer {@code index} and those beneath it hold. */
  private void read(int index, long offsetBytes, ByteBuffer destination) throws IOException {
    if (index == layers.size()) {
      Zeros.put(destination, destination.remaining());
      return;
    }
    BlockImage layer = layers.get(index);
    long heldBytes = heldBytes(layer, offsetBytes, destination.remaining());
    if (heldBytes > 0) {
      layer.extents(offsetBytes, heldBytes, extent -> read(index, extent, destination));
    }
    Zeros.put(destination, destination.remaining());
  }

  private void read(int index, Extent extent, ByteBuffer destination) throws IOException {
    int lengthBytes = (int) extent.lengthBytes();
    ByteBuffer part = destination.slice(destination.position(), lengthBytes);
    switch (extent.kind()) {
      case DATA -> layers.get(index).read(extent.offsetBytes(), part);
      case ZERO -> Zeros.put(part, lengthBytes);
      case ABSENT -> read(index + 1, extent.offsetBytes(), part);
    }
    destination.position(destination.position() + lengthBytes);
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    var joiner = new ExtentJoiner(offsetBytes, visitor);
    extents(0, offsetBytes, lengthBytes, joiner);
    joiner.finish();
  }

  private void extents(int index, long offsetBytes, long lengthBytes, ExtentJoiner joiner)
      throws IOException {
    if (index == upper) {
      joiner.add(Kind.ABSENT, lengthBytes);
      return;
    }
    BlockImage layer = layers.get(index);
    long heldBytes = heldBytes(layer, offsetBytes, lengthBytes);
    if (heldBytes > 0) {
      layer.extents(offsetBytes, heldBytes, extent -> extents(index, extent, joiner));
    }
    joiner.add(Kind.ZERO, lengthBytes - heldBytes);
  }

  private void extents(int index, Extent extent, ExtentJoiner joiner) throws IOException {
    if (extent.kind() == Kind.ABSENT) {
      extents(index + 1, extent.offsetBytes(), extent.lengthBytes(), joiner);
    } else {
      joiner.add(extent.kind(), extent.lengthBytes());
    }
  }

  /** How much of a range lies before the end of a layer. */
  private static long heldBytes(BlockImage layer, long offsetBytes, long lengthBytes) {
    return Math.clamp(layer.sizeBytes() - offsetBytes, 0, lengthBytes);
  }

  @Override
  public void close() throws IOException {
    closeAll(layers);
  }

  /** Closes all, also if closing one fails. */
  public static void closeAll(List<? extends BlockImage> images) throws IOException {
    IOException failure = null;
    for (BlockImage image : images) {
      try {
        image.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
