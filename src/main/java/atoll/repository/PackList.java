package atoll.repository;

import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which packs a session may refer to: those its listing showed and those it wrote, without the
 * condemned; and which places not, because what lies there is damaged.
 *
 * <p>The listing is kept from one writing to the next as long as the numbered condemned records
 * follow each other without a gap: a pack is never removed without a record, and the newest record
 * never removed. Source: docs/repository-format.md, "Order of writing".
 */
final class PackList {
  private static final Logger LOG = LoggerFactory.getLogger(PackList.class);

  private record DamagedPlace(ObjectId pack, long offsetBytes) {}

  private static final Pattern KEY =
      Pattern.compile(ObjectNames.PACKS + "([0-9a-f]{2})/(\\1[0-9a-f]{30})");

  private final ObjectStore store;
  private final SealedObjects objects;
  private final Map<ObjectId, Long> alive = new ConcurrentHashMap<>();
  private final CondemnedList condemned;
  private final Set<DamagedPlace> damaged = ConcurrentHashMap.newKeySet();
  private final Set<String> damagedRead = ConcurrentHashMap.newKeySet();
  private volatile boolean isTrusted;
  private boolean isListed;

  PackList(ObjectStore store, SealedObjects objects) {
    this.store = store;
    this.objects = objects;
    this.condemned = new CondemnedList(store, objects);
  }

  /**
   * Brings the list up to date; to be called after the lease of a writing is there. The packs are
   * listed after the condemned are read: what a listing still shows that is gone was condemned.
   *
   * @return whether something was collected since the last time
   */
  synchronized boolean refresh() throws IOException {
    boolean isNews = condemned.refresh();
    if (!isListed || isNews) {
      list();
    }
    isTrusted = condemned.damaged().isEmpty();
    if (!isTrusted) {
      LOG.warn(
          "the index is not used: it cannot be known which packs the records {} condemn",
          condemned.damaged());
    }
    readDamaged();
    return isNews;
  }

  private void list() throws IOException {
    var listed = new ConcurrentHashMap<ObjectId, Long>();
    store.list(
        ObjectNames.PACKS,
        (key, sizeBytes) -> {
          var name = KEY.matcher(key);
          if (name.matches()) {
            listed.put(ObjectId.ofHex(name.group(2)), sizeBytes);
          }
        });
    alive.clear();
    alive.putAll(listed);
    isListed = true;
  }

  private void readDamaged() throws IOException {
    var unread = new TreeSet<String>();
    store.list(
        ObjectNames.DAMAGED,
        (key, _) -> {
          if (!damagedRead.contains(key)) {
            unread.add(key);
          }
        });
    for (String key : unread) {
      readDamaged(key);
      damagedRead.add(key);
    }
  }

  private void readDamaged(String key) throws IOException {
    try {
      byte[] data = ObjectNames.damagedData(ObjectNames.id(key));
      var json = Json.read(objects.read(ObjectKind.DAMAGED, key, data), DamagedJson.class, key);
      for (DamagedJson.Chunk chunk : json.chunks()) {
        damaged.add(new DamagedPlace(chunk.pack(), chunk.offset()));
      }
    } catch (DamagedObjectException e) {
      LOG.warn("a list of damaged chunks is passed over", e);
    }
  }

  /** This session has written a pack. */
  void add(ObjectId pack, long sizeBytes) {
    alive.put(pack, sizeBytes);
  }

  /** Whether a pack is there, as far as this session knows, condemned or not. */
  boolean isThere(ObjectId pack) {
    return alive.containsKey(pack);
  }

  /** The packs that get no new references. */
  CondemnedList condemned() {
    return condemned;
  }

  /** Whether a new reference to a place may be made because an index knows it. */
  boolean mayRefer(Place place) {
    Long sizeBytes = alive.get(place.pack());
    return sizeBytes != null
        && isTrusted
        && place.endBytes() <= sizeBytes
        && !condemned.contains(place.pack())
        && !isDamaged(place);
  }

  /** Whether any place is known to be damaged. */
  boolean hasDamage() {
    return !damaged.isEmpty();
  }

  /** Whether what lies at a place is known to be damaged. */
  boolean isDamaged(Place place) {
    return !damaged.isEmpty()
        && damaged.contains(new DamagedPlace(place.pack(), place.offsetBytes()));
  }

  /** The packs that are there, and how long they are. */
  Map<ObjectId, Long> packs() {
    return Map.copyOf(alive);
  }

  /** How long a pack is, or -1 if it is not there. */
  long sizeOf(ObjectId pack) {
    return alive.getOrDefault(pack, -1L);
  }

  /** How long all packs are together. */
  long totalBytes() {
    return alive.values().stream().mapToLong(Long::longValue).sum();
  }
}
