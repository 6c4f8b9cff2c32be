package atoll.storage;

import atoll.format.BlockWriter;
import java.io.IOException;

/** A layer that is being filled; worthless until it is finished. */
public interface LayerFilling extends BlockWriter, AutoCloseable {
  /** Makes what was written durable and the layer whole. */
  void finish() throws IOException;

  /** Closes the file; what was not finished is left for {@link VolumeDriver#remove}. */
  @Override
  void close() throws IOException;
}
