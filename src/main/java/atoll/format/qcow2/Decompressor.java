package atoll.format.qcow2;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/** Decompresses one cluster after the other. For one thread at a time; holds native memory. */
interface Decompressor extends AutoCloseable {
  /**
   * Fills the rest of {@code destination} with what {@code source} begins with. What follows in
   * {@code source} is not looked at: it is known only to whole sectors.
   *
   * @param source a direct buffer
   * @param destination a direct buffer, or one with an array
   * @throws DataFormatException if the data are broken, or less than a cluster
   */
  void decompress(ByteBuffer source, ByteBuffer destination) throws DataFormatException;

  @Override
  void close();
}
