package atoll.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The content of a block device, to read: a raw file, one qcow2 layer, a chain of layers, a
 * snapshot in a repository.
 *
 * <p>Reads and extents may be asked for from several threads at once. What a failing disk throws is
 * {@link IOException}; what the bytes of the file make impossible is {@link CorruptImageException}.
 */
public interface BlockImage extends AutoCloseable {
  /** Length of the device in bytes; not always a multiple of a sector. */
  long sizeBytes();

  /**
   * Fills {@code destination} from {@code offsetBytes} on; bytes that no layer holds are zeros.
   *
   * @throws IndexOutOfBoundsException if the range does not lie within the image
   */
  void read(long offsetBytes, ByteBuffer destination) throws IOException;

  /**
   * Names what lies in a range, in order and without gaps: neighbours are of different kinds.
   *
   * <p>Reads only metadata, never data.
   *
   * @throws IndexOutOfBoundsException if the range does not lie within the image
   */
  void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException;

  @Override
  void close() throws IOException;
}
