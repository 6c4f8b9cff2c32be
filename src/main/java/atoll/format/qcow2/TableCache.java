package atoll.format.qcow2;

import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The pages of L1 and L2 tables that were used last: at most 1 MiB an image, whatever the header
 * claims. May be used from any thread; a page is never written to once it is here.
 */
final class TableCache {
  /** With clusters of 64 KiB a whole L2 table: enough reading at once to be fast. */
  static final int PAGE_BYTES_MAX = 64 << 10;

  private static final int CACHE_BYTES = 1 << 20;
  private static final int PAGES_MAX = 4096;

  private final ImageFile file;
  private final Map<Long, long[]> pages;

  TableCache(ImageFile file, int clusterBytes) {
    this.file = file;
    int pageBytes = Math.min(clusterBytes, PAGE_BYTES_MAX);
    int capacity = Math.min(CACHE_BYTES / pageBytes, PAGES_MAX);
    this.pages =
        new LinkedHashMap<>(32, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, long[]> eldest) {
            return size() > capacity;
          }
        };
  }

  /** The words of the file at {@code offsetBytes}. */
  long[] page(long offsetBytes, int lengthBytes) throws IOException {
    synchronized (pages) {
      long[] cached = pages.get(offsetBytes);
      // In a broken image two tables may overlap and ask for different lengths.
      if (cached != null && cached.length == lengthBytes / Long.BYTES) {
        return cached;
      }
    }
    // Two threads may read the same page; that is cheaper than to make others wait.
    ByteBuffer bytes = ByteBuffer.allocate(lengthBytes);
    file.read(offsetBytes, bytes);
    var words = new long[lengthBytes / Long.BYTES];
    bytes.flip().asLongBuffer().get(words);
    synchronized (pages) {
      pages.put(offsetBytes, words);
    }
    return words;
  }
}
