package atoll.repository;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Which records of a range of packs are live; eight bytes for each. If they are more than are to be
 * kept in mind, the range becomes smaller. One thread at a time.
 */
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
        bytes += lengthBytes(records[i]);
      }
      return new Use(key, count, bytes);
    }

    private static int lengthBytes(long record) {
      return (int) record;
    }
  }

  /** How much of a pack is live, and the key it is sealed with. */
  record Use(ObjectId key, int records, long bytes) {}

  /** So many more records than whole references are kept in mind: so much smaller are they. */
  private static final int SMALLER = 8;

  private final Map<ObjectId, OfPack> packs = new HashMap<>();
  private final PackRange range;
  private final long recordsMax;
  private long shrinkAt;

  /** How many there are, or more: those that were added several times may count so often. */
  private long count;

  /**
   * Begins with none.
   *
   * @param range what is of other packs is passed over; several may share it
   * @param tuning says how much may be kept in mind
   */
  LiveRecords(PackRange range, RepositoryTuning tuning) {
    this.range = range;
    this.recordsMax = (long) SMALLER * tuning.recordsMax();
    this.shrinkAt = recordsMax;
  }

  /** What lies at a place is live. */
  void add(Place place) {
    if (!range.contains(place.pack())) {
      return;
    }
    packs
        .computeIfAbsent(place.pack(), _ -> new OfPack(place.key()))
        .add(place.offsetBytes() << 32 | place.lengthBytes());
    count++;
    if (count > shrinkAt) {
      shrink();
    }
  }

  /**
   * Leaves no more than half of what may be kept, so that it is not done again soon, but at least
   * one pack.
   */
  private void shrink() {
    count = records();
    while (count > recordsMax / 2 && packs.size() > 1 && range.halve()) {
      count = records();
    }
    shrinkAt = Math.max(recordsMax, 2 * count);
  }

  /** What this range has by now; others that share it may have made it smaller. */
  private Map<ObjectId, OfPack> packs() {
    packs.keySet().removeIf(pack -> !range.contains(pack));
    return packs;
  }

  /** The packs that have live records, by now. */
  Map<ObjectId, Use> uses() {
    var uses = new HashMap<ObjectId, Use>();
    packs().forEach((pack, live) -> uses.put(pack, live.use()));
    return uses;
  }

  /** How many records are live. */
  long records() {
    return packs().values().stream().mapToLong(live -> live.use().records()).sum();
  }

  /** How long all live records are. */
  long bytes() {
    return packs().values().stream().mapToLong(live -> live.use().bytes()).sum();
  }

  /** How long those are that others do not have. */
  long bytesWithout(LiveRecords others) {
    long bytes = 0;
    for (Map.Entry<ObjectId, OfPack> pack : packs().entrySet()) {
      OfPack live = pack.getValue();
      live.compact();
      for (int i = 0; i < live.count; i++) {
        if (!others.contains(pack.getKey(), live.records[i])) {
          bytes += OfPack.lengthBytes(live.records[i]);
        }
      }
    }
    return bytes;
  }

  /** Whether a record of a pack is live; to be asked once all are added. */
  boolean contains(ObjectId pack, PackEntry entry) {
    return contains(pack, entry.offsetBytes() << 32 | entry.lengthBytes());
  }

  private boolean contains(ObjectId pack, long record) {
    OfPack live = packs.get(pack);
    if (live == null) {
      return false;
    }
    live.compact();
    return Arrays.binarySearch(live.records, 0, live.count, record) >= 0;
  }

  /** Takes what is live. */
  @FunctionalInterface
  interface Visitor {
    /** A record lies in a pack. */
    void record(ObjectId pack, long offsetBytes, int lengthBytes) throws IOException;
  }

  /** Visits all records, in no order. */
  void visit(Visitor visitor) throws IOException {
    for (Map.Entry<ObjectId, OfPack> pack : packs().entrySet()) {
      OfPack live = pack.getValue();
      live.compact();
      for (int i = 0; i < live.count; i++) {
        long record = live.records[i];
        visitor.record(pack.getKey(), record >>> 32, OfPack.lengthBytes(record));
      }
    }
  }
}
