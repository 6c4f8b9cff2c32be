package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import atoll.repository.RelocationMap.Move;
import atoll.repository.RelocationMap.NewPlace;
import atoll.repository.RelocationMap.OldPlace;
import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the collector moved records: read when a pack is found missing, not before.
 *
 * <p>Where two maps say something else of one place, the later is right. Source:
 * docs/repository-format.md, "Control objects" and "Reading".
 */
final class Relocations {
  private static final Logger LOG = LoggerFactory.getLogger(Relocations.class);

  /** More entries go into several maps, of 15 MB. */
  static final int ENTRIES_MAX = 250_000;

  /** More maps than these, beside full ones, are made few again. */
  private static final int MAPS_MAX = 8;

  /** A record is not moved more often before its maps are made one: longer chains are circles. */
  private static final int STEPS_MAX = 10_000;

  private final ObjectStore store;
  private final SealedObjects objects;

  /** They never lead in a circle: a map that would close one is not believed. */
  private volatile List<RelocationMap> newestFirst = List.of();

  private final NavigableMap<Long, RelocationMap> read = new TreeMap<>();
  private volatile @Nullable DamagedObjectException damage;

  Relocations(ObjectStore store, SealedObjects objects) {
    this.store = store;
    this.objects = objects;
  }

  /** Where a record lies now, as far as is known. */
  Reference resolve(Reference reference) {
    Place place = reference.place();
    Place now = resolve(place);
    return now.equals(place) ? reference : new Reference(reference.digest(), now);
  }

  /** Where what lay at a place lies now, as far as is known. */
  Place resolve(Place place) {
    NewPlace last = resolve(place.pack(), place.offsetBytes());
    return last == null
        ? place
        : new Place(
            last.pack(), last.key(), last.offsetBytes(), place.lengthBytes(), place.encoding());
  }

  private @Nullable NewPlace resolve(ObjectId pack, long offsetBytes) {
    List<RelocationMap> maps = newestFirst;
    NewPlace last = null;
    NewPlace next = find(maps, pack, offsetBytes);
    while (next != null) {
      last = next;
      next = find(maps, last.pack(), last.offsetBytes());
    }
    return last;
  }

  private static @Nullable NewPlace find(
      List<RelocationMap> maps, ObjectId pack, long offsetBytes) {
    for (RelocationMap map : maps) {
      NewPlace found = map.find(pack, offsetBytes);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Reads the maps that were not read yet. */
  synchronized void refresh() throws IOException {
    var unread = new TreeSet<Long>();
    store.list(ObjectNames.RELOCATIONS, (key, _) -> ObjectNames.number(key).ifPresent(unread::add));
    unread.removeAll(read.keySet());
    for (long number : unread) {
      refresh(number);
    }
    // The next one is found by its name before a listing may show it.
    while (refresh(nextNumber())) {}
  }

  private long nextNumber() {
    return read.isEmpty() ? 1 : read.lastKey() + 1;
  }

  /** Reads one map; whether it is there. */
  private boolean refresh(long number) throws IOException {
    String key = ObjectNames.relocation(number);
    try {
      byte[] bytes = objects.read(ObjectKind.RELOCATION, key, ObjectNames.relocationData(number));
      add(key, number, RelocationMap.parse(key, bytes));
    } catch (NoSuchObjectException e) {
      return false; // removed since: a later one says all that it said
    } catch (DamagedObjectException e) {
      // What other maps say can still be followed; what only this one said is missing.
      LOG.warn("a relocation map is passed over", e);
      damage = e;
      read.put(number, RelocationMap.EMPTY);
    }
    return true;
  }

  private void add(String key, long number, RelocationMap map) throws DamagedObjectException {
    var all = new TreeMap<>(read);
    all.put(number, map);
    List<RelocationMap> maps = List.copyOf(all.descendingMap().values());
    map.visit(to -> requireEnd(key, to, maps));
    read.put(number, map);
    newestFirst = maps;
  }

  private static void requireEnd(String key, NewPlace place, List<RelocationMap> maps)
      throws DamagedObjectException {
    NewPlace next = place;
    for (int i = 0; i < STEPS_MAX && next != null; i++) {
      next = find(maps, next.pack(), next.offsetBytes());
    }
    if (next != null) {
      throw new DamagedObjectException(
          key, ObjectHeader.BYTES, "a place to stay", "a circle through " + next);
    }
  }

  /** The numbers of the maps read so far. */
  synchronized List<Long> numbers() {
    return List.copyOf(read.keySet());
  }

  /** Whether they should be made fewer. */
  synchronized boolean areMany() {
    long entries = read.values().stream().mapToLong(RelocationMap::entries).sum();
    return read.size() > MAPS_MAX + 2 * (entries / ENTRIES_MAX);
  }

  /** Why a map could not be read, if one could not. */
  @Nullable DamagedObjectException damage() {
    return damage;
  }

  /** The move of a record straight to where it is now, if it was moved, as far as is known. */
  @Nullable Move moveOf(ObjectId pack, long offsetBytes, int lengthBytes) {
    NewPlace now = resolve(pack, offsetBytes);
    return now == null ? null : new Move(new OldPlace(pack, offsetBytes), lengthBytes, now);
  }

  /**
   * Writes what was moved as a new map, after those read so far, or as several.
   *
   * @throws IOException if another process wrote a map of such a number
   */
  synchronized void write(List<Move> all, DataKey repositoryKey) throws IOException {
    for (int from = 0; from < all.size(); from += ENTRIES_MAX) {
      byte[] bytes =
          RelocationMap.encode(all.subList(from, Math.min(all.size(), from + ENTRIES_MAX)));
      long number = nextNumber();
      String key = ObjectNames.relocation(number);
      byte[] data = ObjectNames.relocationData(number);
      if (!objects.writeNew(ObjectKind.RELOCATION, key, repositoryKey, data, bytes)) {
        throw new IOException(key + " was written by another collector meanwhile");
      }
      add(key, number, RelocationMap.parse(key, bytes));
    }
  }
}
