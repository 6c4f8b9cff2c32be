package atoll.repository;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the packs to be collected: those without use, with little, and small ones to be joined.
 */
final class PackChoice {
  /** A pack of which more is dead is rewritten. */
  private static final double DEAD_MAX = 0.2;

  /** So many small packs of a key are joined at once, so that a record is not moved every night. */
  private static final int JOINED_MIN = 8;

  private final Map<ObjectId, Long> sizes;
  private final Set<ObjectId> chosen = new HashSet<>();

  private PackChoice(Map<ObjectId, Long> sizes) {
    this.sizes = sizes;
  }

  /**
   * Chooses among the packs that are there.
   *
   * @param sizes the packs and how long they are
   * @param condemned packs of earlier collections that did not come to their ends
   * @param running leases under which packs may be written that no table needs yet
   * @param packBytes how large packs become
   */
  static Set<ObjectId> of(
      Map<ObjectId, Long> sizes,
      Map<ObjectId, LiveRecords.Use> uses,
      CondemnedList condemned,
      Collection<ObjectId> running,
      int packBytes) {
    var choice = new PackChoice(sizes);
    var small = new HashMap<ObjectId, List<ObjectId>>();
    sizes.forEach((pack, size) -> {
      LiveRecords.Use use = uses.get(pack);
      if (condemned.contains(pack)) {
        choice.chosen.add(pack);
      } else if (use == null) {
        if (running.stream().noneMatch(pack::isOf)) {
          choice.chosen.add(pack);
        }
      } else if (isSparse(size, use)) {
        choice.chosen.add(pack);
      } else if (size < packBytes / 2 && use.records() < PackBuilder.RECORDS_MAX / 2) {
        small.computeIfAbsent(use.key(), _ -> new ArrayList<>()).add(pack);
      }
    });
    small.values().forEach(choice::join);
    return choice.chosen;
  }

  private static boolean isSparse(long sizeBytes, LiveRecords.Use use) {
    long payload = sizeBytes - ObjectHeader.BYTES - PackDirectory.sealedBytes(use.records());
    return payload - use.bytes() > DEAD_MAX * payload;
  }

  /** Joins small packs that are about as long as all that are smaller together. */
  private void join(List<ObjectId> packs) {
    packs.sort(Comparator.comparingLong(this::size));
    long sum = 0;
    int joined = 0;
    while (joined < packs.size() && (joined < 2 || size(packs.get(joined)) <= sum)) {
      sum += size(packs.get(joined));
      joined++;
    }
    if (joined >= JOINED_MIN) {
      chosen.addAll(packs.subList(0, joined));
    }
  }

  private long size(ObjectId pack) {
    return sizes.getOrDefault(pack, 0L);
  }
}
