package atoll.repository;

import java.util.HashMap;
import java.util.Map;

/**
 * A number, not negative, for each of many places; about thirty bytes for each. Not thread-safe,
 * but for several threads that only read.
 *
 * <p>A hash table without links: a key has the number of its pack, from 1, in the higher half and
 * the offset in the lower, so that none is 0; it stands at the first free slot from its own on.
 */
final class PlaceMap {
  /** What is said of a place that is not in it. */
  static final long NONE = -1;

  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L; // 2^64 by the golden ratio, odd

  private final Map<ObjectId, Integer> packs = new HashMap<>();
  private long[] keys = new long[64];
  private long[] values = new long[64];
  private int used;

  /** The number of a place, or {@link #NONE}. */
  long get(Place place) {
    Integer pack = packs.get(place.pack());
    if (pack == null) {
      return NONE;
    }
    int slot = slotOf(keys, key(pack, place));
    return keys[slot] == 0 ? NONE : values[slot];
  }

  /** Whether a place has a number. */
  boolean contains(Place place) {
    return get(place) != NONE;
  }

  /** Gives a place a number. */
  void put(Place place, long value) {
    if (used > keys.length / 8 * 5) {
      grow();
    }
    int pack = packs.computeIfAbsent(place.pack(), _ -> packs.size() + 1);
    long key = key(pack, place);
    int slot = slotOf(keys, key);
    if (keys[slot] == 0) {
      keys[slot] = key;
      used++;
    }
    values[slot] = value;
  }

  /** How many places have a number. */
  int size() {
    return used;
  }

  private static long key(int pack, Place place) {
    return ((long) pack << 32) | place.offsetBytes();
  }

  /** Where a key is, or would be. */
  private static int slotOf(long[] keys, long key) {
    int mask = keys.length - 1;
    int slot = (int) ((key * SPREAD) >>> 32) & mask;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[Math.multiplyExact(oldKeys.length, 2)];
    values = new long[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slotOf(keys, oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
