package atoll.hypervisor;

import java.io.IOException;

/** A chain of layers that a storage daemon has open, without a machine. */
public interface OfflineChain extends AutoCloseable {
  BlockNodes nodes();

  /** Flushes, closes the layers and ends the daemon. */
  @Override
  void close() throws IOException;
}
