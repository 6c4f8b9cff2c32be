package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
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

  private static final int ENTRY_BYTES = 60;

  /** More entries go into several maps. */
  static final int ENTRIES_MAX = 1_000_000;

  /** Where a record lay. */
  record OldPlace(ObjectId pack, long offsetBytes) {
    static OldPlace of(Place place) {
      return new OldPlace(place.pack(), place.offsetBytes());
    }
  }

  /** Where it lies now, as long and encoded as it was. */
  record NewPlace(ObjectId pack, ObjectId key, long offsetBytes) {
    static NewPlace of(Place place) {
      return new NewPlace(place.pack(), place.key(), place.offsetBytes());
    }
  }

  /** A record was moved. */
  record Move(OldPlace from, int lengthBytes, NewPlace to) {}

  /** What the map of a number says. */
  private record Said(long number, NewPlace place) {}

  private final ObjectStore store;
  private final SealedObjects objects;

  /** They never lead in a circle: a map that would close one is not believed. */
  private final Map<OldPlace, Said> moves = new ConcurrentHashMap<>();

  private final TreeSet<Long> read = new TreeSet<>();
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
    NewPlace last = resolve(OldPlace.of(place));
    return last == null
        ? place
        : new Place(last.pack, last.key, last.offsetBytes, place.lengthBytes(), place.encoding());
  }

  private @Nullable NewPlace resolve(OldPlace place) {
    NewPlace last = null;
    Said next = moves.get(place);
    while (next != null) {
      last = next.place;
      next = moves.get(new OldPlace(last.pack, last.offsetBytes));
    }
    return last;
  }

  /** Reads the maps that were not read yet. */
  synchronized void refresh() throws IOException {
    var unread = new TreeSet<Long>();
    store.list(ObjectNames.RELOCATIONS, (key, _) -> ObjectNames.number(key).ifPresent(unread::add));
    unread.removeAll(read);
    for (long number : unread) {
      refresh(number);
    }
    // The next one is found by its name before a listing may show it.
    while (refresh(read.isEmpty() ? 1 : read.last() + 1)) {}
  }

  /** Reads one map; whether it is there. */
  private boolean refresh(long number) throws IOException {
    String key = ObjectNames.relocation(number);
    try {
      byte[] bytes = objects.read(ObjectKind.RELOCATION, key, ObjectNames.relocationData(number));
      for (Move move : parse(key, bytes)) {
        add(key, number, move);
      }
    } catch (NoSuchObjectException e) {
      return false; // removed since: a later one says all that it said
    } catch (DamagedObjectException e) {
      // What other maps say can still be followed; what only this one said is missing.
      LOG.warn("a relocation map is passed over", e);
      damage = e;
    }
    read.add(number);
    return true;
  }

  private void add(String key, long number, Move move) throws DamagedObjectException {
    Said there = moves.get(move.from);
    if (there != null && there.number > number) {
      return;
    }
    NewPlace next = move.to;
    while (next != null) {
      var place = new OldPlace(next.pack, next.offsetBytes);
      if (place.equals(move.from)) {
        throw new DamagedObjectException(
            key, ObjectHeader.BYTES, "another place", "a circle back to " + move.from);
      }
      Said said = moves.get(place);
      next = said == null ? null : said.place;
    }
    moves.put(move.from, new Said(number, move.to));
  }

  /** The numbers of the maps read so far. */
  synchronized List<Long> numbers() {
    return List.copyOf(read);
  }

  /** Why a map could not be read, if one could not. */
  @Nullable DamagedObjectException damage() {
    return damage;
  }

  /** Whether what lay at a place was moved, as far as is known. */
  boolean isMoved(Place place) {
    return moves.containsKey(OldPlace.of(place));
  }

  /** A move from a place straight to where its record is now. */
  Move moveFrom(Place place) {
    return new Move(OldPlace.of(place), place.lengthBytes(), NewPlace.of(resolve(place)));
  }

  /**
   * Writes what was moved as new maps, after those read so far.
   *
   * @throws IOException if another process wrote a map of such a number
   */
  synchronized void write(List<Move> all, DataKey repositoryKey) throws IOException {
    for (int from = 0; from < all.size(); from += ENTRIES_MAX) {
      List<Move> part = all.subList(from, Math.min(all.size(), from + ENTRIES_MAX));
      long number = read.isEmpty() ? 1 : read.last() + 1;
      String key = ObjectNames.relocation(number);
      if (!objects.writeNew(
          ObjectKind.RELOCATION,
          key,
          repositoryKey,
          ObjectNames.relocationData(number),
          encode(part))) {
        throw new IOException(key + " was written by another collector meanwhile");
      }
      read.add(number);
      for (Move move : part) {
        add(key, number, move);
      }
    }
  }

  private static byte[] encode(List<Move> moves) {
    var sorted = new ArrayList<>(moves);
    sorted.sort((a, b) -> {
      int packs = Long.compareUnsigned(a.from.pack.high(), b.from.pack.high());
      packs = packs != 0 ? packs : Long.compareUnsigned(a.from.pack.low(), b.from.pack.low());
      return packs != 0 ? packs : Long.compare(a.from.offsetBytes, b.from.offsetBytes);
    });
    var bytes = ByteBuffer.allocate(4 + sorted.size() * ENTRY_BYTES).putInt(sorted.size());
    for (Move move : sorted) {
      move.from.pack.writeTo(bytes);
      bytes.putInt((int) move.from.offsetBytes).putInt(move.lengthBytes);
      move.to.pack.writeTo(bytes);
      move.to.key.writeTo(bytes);
      bytes.putInt((int) move.to.offsetBytes);
    }
    return bytes.array();
  }

  /** Reads a map, decrypted. */
  static List<Move> parse(String key, byte[] bytes) throws DamagedObjectException {
    var buffer = ByteBuffer.wrap(bytes);
    long count = bytes.length < 4 ? -1 : Integer.toUnsignedLong(buffer.getInt());
    if (bytes.length != 4 + count * ENTRY_BYTES) {
      throw new DamagedObjectException(
          key, ObjectHeader.BYTES, "a relocation map", bytes.length + " bytes");
    }
    var ids = new HashMap<ObjectId, ObjectId>(); // few ids, many times the same: kept once
    var map = new ArrayList<Move>();
    for (long i = 0; i < count; i++) {
      var from = new OldPlace(id(buffer, ids), Integer.toUnsignedLong(buffer.getInt()));
      int length = buffer.getInt();
      var to =
          new NewPlace(id(buffer, ids), id(buffer, ids), Integer.toUnsignedLong(buffer.getInt()));
      if (to.offsetBytes < ObjectHeader.BYTES) {
        throw new DamagedObjectException(
            key, ObjectHeader.BYTES, "a place behind the header", to.toString());
      }
      map.add(new Move(from, length, to));
    }
    return map;
  }

  private static ObjectId id(ByteBuffer buffer, Map<ObjectId, ObjectId> ids) {
    ObjectId id = ObjectId.read(buffer);
    return ids.computeIfAbsent(id, same -> same);
  }
}
