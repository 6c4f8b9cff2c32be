package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes tombstones that have done their work, so that what a collection looks at does not grow
 * for ever. Stores do not say how old an object is: records say since when one is known.
 *
 * <p>Source: docs/repository-format.md, "Collection".
 */
final class OldTombstones {
  private static final Logger LOG = LoggerFactory.getLogger(OldTombstones.class);

  /** Nobody is still at work who began before a snapshot was deleted so long ago. */
  private static final Duration KEPT = Duration.ofDays(30);

  /** So that there are never more records than days. */
  private static final Duration BETWEEN_RECORDS = Duration.ofDays(1);

  private static final int AT_ONCE = 16;

  private final RepositoryParts parts;
  private final CollectorClaim claim;
  private final Map<ObjectId, OldTombstonesJson> records = new HashMap<>();

  OldTombstones(RepositoryParts parts, CollectorClaim claim) {
    this.parts = parts;
    this.claim = claim;
  }

  /**
   * Removes what is old enough, and records what is new.
   *
   * @param listed the snapshots that had tombstones when the collection began
   * @param committed the snapshots that commit records name: a tombstone says why they are missing
   */
  void prune(Set<UUID> listed, Set<UUID> committed) throws IOException {
    read();
    Instant now = parts.clock().instant();
    var unrecorded = new HashSet<>(listed);
    Instant newest = Instant.MIN;
    for (Map.Entry<ObjectId, OldTombstonesJson> each : records.entrySet()) {
      OldTombstonesJson record = each.getValue();
      record.snapshots().forEach(unrecorded::remove);
      newest = newest.isAfter(record.at()) ? newest : record.at();
      if (record.at().isBefore(now.minus(KEPT))) {
        remove(each.getKey(), record, listed, committed);
      }
    }
    if (!unrecorded.isEmpty() && !newest.isAfter(now.minus(BETWEEN_RECORDS))) {
      write(unrecorded, now);
    }
  }

  private void read() throws IOException {
    var ids = new ArrayList<ObjectId>();
    parts.store().list(ObjectNames.OLD_TOMBSTONES, (key, _) -> ids.add(ObjectNames.id(key)));
    for (ObjectId id : ids) {
      String key = ObjectNames.oldTombstones(id);
      try {
        byte[] data = ObjectNames.oldTombstonesData(id);
        byte[] bytes = parts.objects().read(ObjectKind.OLD_TOMBSTONES, key, data);
        records.put(id, Json.read(bytes, OldTombstonesJson.class, key));
      } catch (NoSuchObjectException e) {
        // a listing may lag
      } catch (DamagedObjectException e) {
        LOG.warn("{} cannot be read and is made anew", key, e);
        parts.store().delete(key);
      }
    }
  }

  /** A record goes when a listing shows none of its tombstones any more. */
  private void remove(ObjectId id, OldTombstonesJson record, Set<UUID> listed, Set<UUID> committed)
      throws IOException {
    List<UUID> left = record.snapshots().stream().filter(listed::contains).toList();
    if (left.isEmpty()) {
      parts.store().delete(ObjectNames.oldTombstones(id));
      return;
    }
    try (var tasks = new ParallelTasks(AT_ONCE)) {
      for (UUID snapshot : left) {
        claim.renewIfDue();
        if (!committed.contains(snapshot)) {
          tasks.submit(() -> remove(snapshot));
        }
      }
      tasks.finish();
    }
  }

  /** Whoever deleted the snapshot may have died before its manifest was gone. */
  private void remove(UUID snapshot) throws IOException {
    String manifest = ObjectNames.snapshot(snapshot);
    if (parts.store().exists(manifest)) {
      parts.store().delete(manifest); // next time its tombstone, too
    } else {
      parts.store().delete(ObjectNames.tombstone(snapshot));
    }
  }

  private void write(Collection<UUID> snapshots, Instant now) throws IOException {
    ObjectId id = ObjectId.random(parts.random());
    parts
        .objects()
        .write(
            ObjectKind.OLD_TOMBSTONES,
            ObjectNames.oldTombstones(id),
            parts.keys().repositoryKey(),
            ObjectNames.oldTombstonesData(id),
            Json.write(new OldTombstonesJson(List.copyOf(snapshots), now)));
  }
}
