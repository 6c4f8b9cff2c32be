package atoll.format.qcow2;

import atoll.format.ImageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads compressed clusters. Who asks for a whole one gets it straight from the decompressor; parts
 * come from a cache, so that a cluster is not decompressed again for each of them. May be used from
 * any thread.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Compressed Clusters Descriptor".
 */
final class CompressedClusters implements Closeable {
  private static final int IDLE_READERS_MAX = 4;

  private final ImageFile file;
  private final Qcow2Header header;
  private final ClusterCache cache;
  private final Deque<CompressedReader> idle = new ArrayDeque<>();
  private boolean closed;

  CompressedClusters(ImageFile file, Qcow2Header header) {
    this.file = file;
    this.header = header;
    this.cache = new ClusterCache(header.clusterBytes());
  }

  /**
   * Fills {@code destination} with a part of a cluster, or with all of it.
   *
   * @param entry an L2 entry that was found to point into the file
   * @param from where in the cluster the part begins, in bytes
   * @throws atoll.format.CorruptImageException if the cluster cannot be decompressed
   */
  void read(long entry, int from, ByteBuffer destination) throws IOException {
    if (destination.remaining() == header.clusterBytes()) {
      decompress(entry, destination);
      return;
    }
    ClusterCache.Slot slot = cache.pin(entry);
    try {
      fill(slot, entry);
      destination.put(slot.content(), from, destination.remaining());
    } finally {
      cache.unpin(slot);
    }
  }

  /** Others who want the same cluster wait for it; if this fails, the next one tries. */
  private void fill(ClusterCache.Slot slot, long entry) throws IOException {
    synchronized (slot) {
      if (!slot.filled()) {
        decompress(entry, ByteBuffer.wrap(slot.content()));
        slot.setFilled();
      }
    }
  }

  private void decompress(long entry, ByteBuffer destination) throws IOException {
    CompressedReader reader = take();
    try {
      reader.read(entry, destination);
    } finally {
      giveBack(reader);
    }
  }

  private CompressedReader take() {
    synchronized (idle) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    return new CompressedReader(file, header);
  }

  private void giveBack(CompressedReader reader) {
    synchronized (idle) {
      if (!closed && idle.size() < IDLE_READERS_MAX) {
        idle.push(reader);
        return;
      }
    }
    reader.close();
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(CompressedReader::close);
      idle.clear();
    }
  }
}
