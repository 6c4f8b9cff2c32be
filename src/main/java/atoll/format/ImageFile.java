package atoll.format;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The bytes that an image is read from, at any position and by any thread.
 *
 * <p>Its length is that of when it was opened. An interrupted thread fails with {@link
 * java.nio.channels.ClosedByInterruptException} and disturbs no other.
 */
public interface ImageFile extends Closeable {
  /** The name it was opened under, to be named in messages. */
  Path path();

  /** Its length when it was opened. */
  long sizeBytes();

  /** Whether both are one file, whatever they were opened as. */
  boolean isSameFile(ImageFile other) throws IOException;

  /**
   * Fills {@code destination} from {@code offsetBytes} on.
   *
   * @throws EOFException if the file ends before
   */
  void read(long offsetBytes, ByteBuffer destination) throws IOException;

  /** Where data begin at {@code offsetBytes} or behind; the end of the file if there are none. */
  long dataFrom(long offsetBytes) throws IOException;

  /** Where the data at {@code offsetBytes} end. */
  long holeFrom(long offsetBytes) throws IOException;
}
