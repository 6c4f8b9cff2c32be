package atoll.format.vhd;

import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The pieces of a file's tables that were used last: at most 512 KiB, whatever a header claims. May
 * be used from any thread; a page is never written to once it is here.
 */
final class PageCache {
  /** The largest piece: the bitmap of a block of 256 MiB. */
  static final int PAGE_BYTES_MAX = 64 << 10;

  private static final int CACHE_BYTES = 512 << 10;

  private final ImageFile file;
  private final int pageBytes;
  private final Map<Long, ByteBuffer> pages;

  PageCache(ImageFile file, int pageBytes) {
    this.file = file;
    this.pageBytes = pageBytes;
    int capacity = CACHE_BYTES / pageBytes;
    this.pages =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, ByteBuffer> eldest) {
            return size() > capacity;
          }
        };
  }

  /** The page at {@code offsetBytes}, shorter where {@code endBytes} comes first. */
  ByteBuffer page(long offsetBytes, long endBytes) throws IOException {
    synchronized (pages) {
      ByteBuffer cached = pages.get(offsetBytes);
      if (cached != null) {
        return cached;
      }
    }
    // Two threads may read the same page; that is cheaper than to make others wait.
    ByteBuffer page = ByteBuffer.allocate((int) Math.min(pageBytes, endBytes - offsetBytes));
    file.read(offsetBytes, page);
    page.flip();
    synchronized (pages) {
      pages.put(offsetBytes, page);
    }
    return page;
  }
}
