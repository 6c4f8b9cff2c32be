package atoll.format.qcow2;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decompressed clusters that were used last, in at most 4 MiB. May be used from any thread: a
 * cluster is pinned while somebody uses it, and its memory goes to another only when nobody does.
 * If all are in use there are more for as long as that lasts.
 */
final class ClusterCache {
  private static final int CACHE_BYTES = 4 << 20;
  private static final int SLOTS_MAX = 1024;

  private final int clusterBytes;
  private final int capacity;
  private final Map<Long, Slot> slots = new LinkedHashMap<>(32, 0.75f, true);

  ClusterCache(int clusterBytes) {
    this.clusterBytes = clusterBytes;
    this.capacity = Math.min(CACHE_BYTES / clusterBytes, SLOTS_MAX);
  }

  /** A cluster of the cache. Who locks it may look whether it is filled, and fill it. */
  static final class Slot {
    private final byte[] content;
    private boolean filled;
    private int pins;

    private Slot(int clusterBytes) {
      content = new byte[clusterBytes];
    }

    byte[] content() {
      return content;
    }

    boolean filled() {
      return filled;
    }

    void setFilled() {
      filled = true;
    }
  }

  /** The place of the cluster that an L2 entry points to; to be given back by {@link #unpin}. */
  synchronized Slot pin(long entry) {
    Slot slot = slots.get(entry);
    if (slot == null) {
      slot = slots.size() < capacity ? null : takeOldest();
      if (slot == null) {
        slot = new Slot(clusterBytes);
      }
      slots.put(entry, slot);
    }
    slot.pins++;
    return slot;
  }

  synchronized void unpin(Slot slot) {
    slot.pins--;
    if (slots.size() > capacity) {
      takeOldest();
    }
  }

  /** Takes out the one that nobody has used for longest; null if all are in use. */
  private @Nullable Slot takeOldest() {
    Iterator<Slot> all = slots.values().iterator();
    while (all.hasNext()) {
      Slot slot = all.next();
      if (slot.pins == 0) {
        all.remove();
        slot.filled = false;
        return slot;
      }
    }
    return null;
  }
}
