package atoll.repository;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Which records of packs are live; kept as eight bytes for each. One thread at a time. */
final class LiveRecords {
  /** The live records of one pack, several times the same until they are counted. */
  private static final class OfPack {
    private final ObjectId key;

    /** Offset in the higher half, length in the lower: both are below 2^32. */
    private long[] records = new long[16];

    private int count;
    private boolean isCompact = true;

    private OfPack(ObjectId key) {
      this.key = key;
    }

    private void add(long record) {
      if (count == records.length) {
        compact();
        if (count > records.length / 2) {
          records = Arrays.copyOf(records, 2 * records.length);
        }
      }
      records[count++] = record;
      isCompact = false;
    }

    /** Sorts, and leaves each once. */
    private void compact() {
      if (isCompact) {
        return;
      }
      isCompact = true;
      Arrays.sort(records, 0, count);
      int kept = 0;
      for (int i = 0; i < count; i++) {
        if (kept == 0 || records[kept - 1] != records[i]) {
          records[kept++] = records[i];
        }
      }
      count = kept;
    }

    private Use use() {
      compact();
      long bytes = 0;
      for (int i = 0; i < count; i++) {
        bytes += records[i] & 0xFFFF_FFFFL;
      }
      return new Use(key, count, bytes);
    }
  }

  /** How much of a pack is live, and the key it is sealed with. */
  record Use(ObjectId key, int records, long bytes) {}

  private final Map<ObjectId, OfPack> packs = new HashMap<>();

  /** What lies at a place is live. */
  void add(Place place) {
    packs
        .computeIfAbsent(place.pack(), _ -> new OfPack(place.key()))
        .add(place.offsetBytes() << 32 | place.lengthBytes());
  }

  /** The packs that have live records. */
  Map<ObjectId, Use> uses() {
    var uses = new HashMap<ObjectId, Use>();
    packs.forEach((pack, live) -> uses.put(pack, live.use()));
    return uses;
  }

  /** How many records are live. */
  long records() {
    return packs.values().stream().mapToLong(live -> live.use().records()).sum();
  }

  /** How long all live records are. */
  long bytes() {
    return packs.values().stream().mapToLong(live -> live.use().bytes()).sum();
  }

  /** Whether a record of a pack is live; to be asked once all are added. */
  boolean contains(ObjectId pack, PackEntry entry) {
    OfPack live = packs.get(pack);
    if (live == null) {
      return false;
    }
    live.compact();
    long record = entry.offsetBytes() << 32 | entry.lengthBytes();
    return Arrays.binarySearch(live.records, 0, live.count, record) >= 0;
  }
}
