package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The packs that get no new references, by numbered records that are read one after the other.
 *
 * <p>Source: docs/repository-format.md, "Control objects".
 */
final class CondemnedList {
  private final ObjectStore store;
  private final SealedObjects objects;
  private final Set<ObjectId> packs = ConcurrentHashMap.newKeySet();
  private final NavigableMap<Long, List<ObjectId>> records = new TreeMap<>();
  private final NavigableSet<Long> damaged = new TreeSet<>();
  private long last;

  CondemnedList(ObjectStore store, SealedObjects objects) {
    this.store = store;
    this.objects = objects;
  }

  /**
   * Reads the records that were not read yet; says whether there were any, read, unreadable or gone
   * by now: packs that were there may be gone, too.
   */
  boolean refresh() throws IOException {
    long before = last;
    boolean hasNews = forgetRemoved();
    readOn();
    var numbers = new TreeSet<Long>();
    store.list(ObjectNames.CONDEMNED, (key, _) -> ObjectNames.number(key).ifPresent(numbers::add));
    for (long number : List.copyOf(numbers.tailSet(last, false))) {
      read(number); // one that is listed and not there was removed: a listing may lag
      last = number;
    }
    readOn();
    return hasNews || last > before;
  }

  /** What could not be read and was removed since keeps nobody in doubt; asked by name. */
  private boolean forgetRemoved() throws IOException {
    boolean hasRemoved = false;
    for (long number : List.copyOf(damaged)) {
      if (!store.exists(ObjectNames.condemned(number))) {
        damaged.remove(number);
        hasRemoved = true;
      }
    }
    return hasRemoved;
  }

  /** One number after the other: a record is found by its name before a listing may show it. */
  private void readOn() throws IOException {
    while (read(last + 1)) {
      last++;
    }
  }

  /** Reads a record; whether it is there. */
  private boolean read(long number) throws IOException {
    String key = ObjectNames.condemned(number);
    try {
      byte[] data = ObjectNames.condemnedData(number);
      byte[] bytes = objects.read(ObjectKind.CONDEMNED, key, data);
      List<ObjectId> condemned = Json.read(bytes, CondemnedJson.class, key).packs();
      records.put(number, condemned);
      packs.addAll(condemned);
      return true;
    } catch (NoSuchObjectException e) {
      return false;
    } catch (DamagedObjectException e) {
      damaged.add(number);
      return true;
    }
  }

  /** The records that cannot be read: what they condemn is not known. */
  NavigableSet<Long> damaged() {
    return damaged;
  }

  boolean contains(ObjectId pack) {
    return packs.contains(pack);
  }

  /**
   * Condemns packs.
   *
   * @throws IOException if another collector has written a record meanwhile
   */
  void add(Collection<ObjectId> condemned, Instant now, DataKey repositoryKey) throws IOException {
    long number = last + 1;
    String key = ObjectNames.condemned(number);
    boolean isOwn =
        objects.writeNew(
            ObjectKind.CONDEMNED,
            key,
            repositoryKey,
            ObjectNames.condemnedData(number),
            Json.write(new CondemnedJson(List.copyOf(condemned), now)));
    if (!isOwn) {
      throw new IOException(key + " was written by another collector meanwhile");
    }
    last = number;
    records.put(number, List.copyOf(condemned));
    packs.addAll(condemned);
  }

  /** Removes the records, but the newest, of which no pack is in {@code there}. */
  void prune(Set<ObjectId> there) throws IOException {
    var old = new TreeSet<>(records.keySet());
    old.addAll(damaged);
    for (long number : old.headSet(last)) {
      List<ObjectId> condemned = records.getOrDefault(number, List.of());
      if (condemned.stream().anyMatch(there::contains)) {
        return; // what is left follows each other without a gap
      }
      store.delete(ObjectNames.condemned(number));
    }
  }
}
