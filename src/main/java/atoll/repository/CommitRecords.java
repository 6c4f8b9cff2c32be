package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commit records of all writers, as a collector reads them: what a listing of snapshots does
 * not show yet, they do.
 *
 * <p>The records of a writer follow each other without a gap; the oldest are removed one after the
 * other, once listings show the snapshots by themselves.
 */
final class CommitRecords {
  private static final Logger LOG = LoggerFactory.getLogger(CommitRecords.class);
  private static final Pattern KEY =
      Pattern.compile(ObjectNames.COMMITS + "([0-9a-f]{32})/(\\d{12})");

  /** A writer that was silent for so long writes under this id no more. */
  private static final Duration WRITER_GONE = Duration.ofDays(30);

  /** No put arrives so late: what is removed stays removed. */
  private static final Duration ARRIVED = Duration.ofHours(6);

  private final RepositoryParts parts;
  private final Map<ObjectId, NavigableMap<Long, CommitJson>> known = new HashMap<>();

  CommitRecords(RepositoryParts parts) {
    this.parts = parts;
  }

  /**
   * Reads the records that were not read yet; gives the snapshots of all.
   *
   * @throws DamagedObjectException if one is missing or cannot be read: a snapshot may be unseen
   */
  Set<UUID> read() throws IOException {
    var listed = new HashMap<ObjectId, NavigableSet<Long>>();
    parts
        .store()
        .list(
            ObjectNames.COMMITS,
            (key, _) -> {
              Matcher name = KEY.matcher(key);
              if (name.matches()) {
                listed
                    .computeIfAbsent(ObjectId.ofHex(name.group(1)), _ -> new TreeSet<>())
                    .add(Long.parseLong(name.group(2)));
              }
            });
    for (Map.Entry<ObjectId, NavigableSet<Long>> writer : listed.entrySet()) {
      read(writer.getKey(), writer.getValue());
    }
    return snapshots();
  }

  /** The snapshots that records name which were read and not removed. */
  Set<UUID> snapshots() {
    var snapshots = new HashSet<UUID>();
    known.values().forEach(records -> records.values().forEach(r -> snapshots.add(r.snapshot())));
    return snapshots;
  }

  private void read(ObjectId writer, NavigableSet<Long> listed) throws IOException {
    NavigableMap<Long, CommitJson> records = known.computeIfAbsent(writer, _ -> new TreeMap<>());
    for (long number = listed.first(); number <= listed.last(); number++) {
      readOne(writer, number, records);
    }
    for (long number = listed.last() + 1; readOne(writer, number, records); number++) {}
    for (long number = records.isEmpty() ? 0 : records.firstKey() - 1;
        number > 0 && readOne(writer, number, records);
        number--) {}
    long missing =
        records.isEmpty() ? 0 : records.lastKey() - records.firstKey() + 1 - records.size();
    if (missing > 0) {
      throw new DamagedObjectException(
          ObjectNames.COMMITS + writer,
          0,
          "records %d to %d".formatted(records.firstKey(), records.lastKey()),
          missing + " fewer");
    }
  }

  /** Reads a record; whether it is there. */
  private boolean readOne(ObjectId writer, long number, Map<Long, CommitJson> records)
      throws IOException {
    if (records.containsKey(number)) {
      return true;
    }
    String key = ObjectNames.commit(writer, number);
    try {
      byte[] data = ObjectNames.commitData(writer, number);
      byte[] bytes = parts.objects().read(ObjectKind.COMMIT, key, data);
      records.put(number, Json.read(bytes, CommitJson.class, key));
      return true;
    } catch (NoSuchObjectException e) {
      return false;
    }
  }

  /** What is known by now, to be removed later. */
  Map<ObjectId, List<Long>> numbers() {
    var numbers = new HashMap<ObjectId, List<Long>>();
    known.forEach((writer, records) -> numbers.put(writer, new ArrayList<>(records.keySet())));
    return numbers;
  }

  /**
   * Removes records whose snapshots listings show by now; the last of each writer stays, since the
   * next is found by its number.
   */
  void remove(Map<ObjectId, List<Long>> old, Instant now) throws IOException {
    for (Map.Entry<ObjectId, List<Long>> writer : old.entrySet()) {
      NavigableMap<Long, CommitJson> records = known.getOrDefault(writer.getKey(), new TreeMap<>());
      for (long number : writer.getValue()) {
        CommitJson record = records.get(number);
        Duration age = number == records.lastKey() ? WRITER_GONE : ARRIVED;
        if (record == null || record.at().isAfter(now.minus(age))) {
          break; // those behind it stay, too: there is never a gap
        }
        parts.store().delete(ObjectNames.commit(writer.getKey(), number));
        records.remove(number);
      }
    }
    LOG.debug("commit records of {} writers are left", known.size());
  }
}
