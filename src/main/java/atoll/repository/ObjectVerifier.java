package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the objects by which writers and collectors agree, and the keys, and notes those that are
 * not what was written: no snapshot needs them to be restored, unless it is a key. Used once, by
 * one thread.
 *
 * <p>What opened the repository, its config and the wrapper of its key, has been read already.
 */
final class ObjectVerifier {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectVerifier.class);
  private static final int READS_AT_ONCE = 16;

  private final RepositoryParts parts;
  private final DamageList damage;
  private final Map<String, String> domains = new HashMap<>();
  private final Queue<UUID> committed = new ConcurrentLinkedQueue<>();

  ObjectVerifier(RepositoryParts parts, DamageList damage) {
    this.parts = parts;
    this.damage = damage;
  }

  void run() throws IOException {
    each(ObjectNames.DOMAINS, this::domainKey);
    each(ObjectNames.DOMAIN_OF, this::domainOf);
    each(ObjectNames.TOMBSTONES, this::tombstone);
    each(ObjectNames.LEASES, key -> Lease.find(ObjectNames.id(key), parts));
    each(ObjectNames.COLLECTORS, this::collector);
    each(ObjectNames.DAMAGED, this::damaged);
    each(ObjectNames.OLD_TOMBSTONES, this::oldTombstones);
    numbered(ObjectNames.CONDEMNED, this::condemned);
    numbered(ObjectNames.RELOCATIONS, this::relocation);
    numbered(ObjectNames.COMMITS, this::commit);
    for (UUID snapshot : committed) {
      // Whoever deletes a snapshot writes the tombstone before the manifest goes.
      if (!parts.store().exists(ObjectNames.snapshot(snapshot))
          && !parts.manifests().isDeleted(snapshot)) {
        damage.addMissing(snapshot);
      }
    }
  }

  /** Reads an object of a number as what it should be; called by many threads. */
  @FunctionalInterface
  private interface NumberedCheck {
    void check(String key, long number) throws IOException;
  }

  /** Checks all numbered objects; what has another name there nobody reads. */
  private void numbered(String prefix, NumberedCheck check) throws IOException {
    List<String> keys =
        each(
            prefix,
            key -> {
              OptionalLong number = ObjectNames.number(key);
              if (number.isPresent()) {
                check.check(key, number.getAsLong());
              }
            });
    requireNoGap(keys);
  }

  /** Reads an object as what it should be; called by many threads. */
  @FunctionalInterface
  private interface Check {
    void check(String key) throws IOException;
  }

  /** Checks all objects whose keys begin so; gives the keys. */
  private List<String> each(String prefix, Check check) throws IOException {
    var keys = new TreeSet<String>();
    parts.store().list(prefix, (key, _) -> keys.add(key));
    try (var tasks = new ParallelTasks(READS_AT_ONCE)) {
      for (String key : keys) {
        tasks.submit(() -> checkOne(key, check));
      }
      tasks.finish();
    }
    return List.copyOf(keys);
  }

  private void checkOne(String key, Check check) throws IOException {
    try {
      check.check(key);
    } catch (NoSuchObjectException e) {
      // it did its work and was removed meanwhile
    } catch (DamagedObjectException e) {
      damage.addObject(e);
    } catch (UnsupportedRepositoryException e) {
      LOG.info("not verified: {}", e.getMessage());
    }
  }

  private void domainKey(String key) throws IOException {
    String domain = ObjectNames.last(key.substring(0, key.lastIndexOf('/')));
    synchronized (domains) {
      domains.put(ObjectNames.last(key), domain);
    }
    parts.keys().unwrap(uuid(key, domain), ObjectNames.id(key));
  }

  /** Of a domain that was removed it may be left over. */
  private void domainOf(String key) throws IOException {
    String found = new String(SealedObjects.whole(parts.store(), key), StandardCharsets.US_ASCII);
    String expected = domains.getOrDefault(ObjectNames.last(key), found);
    if (!found.equals(expected)) {
      throw new DamagedObjectException(key, 0, "domain " + expected, found);
    }
    uuid(key, found);
  }

  private void tombstone(String key) throws IOException {
    parts.manifests().findDeleted(uuid(key, ObjectNames.last(key)));
  }

  private void collector(String key) throws IOException {
    byte[] data = ObjectNames.collectorData(ObjectNames.id(key));
    Json.read(read(ObjectKind.COLLECTOR, key, data), CollectorJson.class, key);
  }

  private void damaged(String key) throws IOException {
    byte[] data = ObjectNames.damagedData(ObjectNames.id(key));
    Json.read(read(ObjectKind.DAMAGED, key, data), DamagedJson.class, key);
  }

  private void oldTombstones(String key) throws IOException {
    byte[] data = ObjectNames.oldTombstonesData(ObjectNames.id(key));
    Json.read(read(ObjectKind.OLD_TOMBSTONES, key, data), OldTombstonesJson.class, key);
  }

  private void condemned(String key, long number) throws IOException {
    byte[] data = ObjectNames.condemnedData(number);
    Json.read(read(ObjectKind.CONDEMNED, key, data), CondemnedJson.class, key);
  }

  private void relocation(String key, long number) throws IOException {
    byte[] data = ObjectNames.relocationData(number);
    RelocationMap.parse(key, read(ObjectKind.RELOCATION, key, data));
  }

  private void commit(String key, long number) throws IOException {
    ObjectId writer = ObjectNames.id(folder(key));
    byte[] data = ObjectNames.commitData(writer, number);
    committed.add(Json.read(read(ObjectKind.COMMIT, key, data), CommitJson.class, key).snapshot());
  }

  private byte[] read(ObjectKind kind, String key, byte[] data) throws IOException {
    return parts.objects().read(kind, key, data);
  }

  /** Numbered objects follow each other; they are removed from the first on. */
  private void requireNoGap(List<String> keys) throws IOException {
    var numbers = new TreeMap<String, NavigableSet<Long>>();
    for (String key : keys) {
      ObjectNames.number(key)
          .ifPresent(n -> numbers.computeIfAbsent(folder(key), _ -> new TreeSet<>()).add(n));
    }
    for (Map.Entry<String, NavigableSet<Long>> one : numbers.entrySet()) {
      requireNoGap(one.getKey(), one.getValue());
    }
  }

  /** Of each gap the first is named, however many are missing: a name may have any number. */
  private void requireNoGap(String folder, NavigableSet<Long> listed) throws IOException {
    String first = ObjectNames.numbered(folder + "/", listed.first());
    for (long number : listed.headSet(listed.last())) {
      String next = ObjectNames.numbered(folder + "/", number + 1);
      if (!listed.contains(number + 1)
          && !parts.store().exists(next)
          && parts.store().exists(first)) {
        damage.addObject(
            new DamagedObjectException(next, 0, "an object before others", "no such object"));
      }
    }
  }

  private static String folder(String key) {
    return key.substring(0, key.lastIndexOf('/'));
  }

  private static UUID uuid(String key, String text) throws DamagedObjectException {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new DamagedObjectException(key, 0, "a UUID", text, e);
    }
  }
}
