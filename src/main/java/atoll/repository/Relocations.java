package atoll.repository;

import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the collector moved records: read when a pack is found missing, not before.
 *
 * <p>Source: docs/repository-format.md, "Control objects" and "Reading".
 */
final class Relocations {
  private static final Logger LOG = LoggerFactory.getLogger(Relocations.class);

  private static final int ENTRY_BYTES = 60;

  /** Where a record lay. */
  record OldPlace(ObjectId pack, long offsetBytes) {}

  /** Where it lies now, as long and encoded as it was. */
  record NewPlace(ObjectId pack, ObjectId key, long offsetBytes) {}

  private final ObjectStore store;
  private final SealedObjects objects;

  /** They never lead in a circle: a map that would close one is not believed. */
  private final Map<OldPlace, NewPlace> moves = new ConcurrentHashMap<>();

  private final Set<String> read = new HashSet<>();

  Relocations(ObjectStore store, SealedObjects objects) {
    this.store = store;
    this.objects = objects;
  }

  /** Where a record lies now, as far as is known. */
  Reference resolve(Reference reference) {
    Place place = reference.place();
    NewPlace last = null;
    NewPlace next = moves.get(new OldPlace(place.pack(), place.offsetBytes()));
    while (next != null) {
      last = next;
      next = moves.get(new OldPlace(last.pack, last.offsetBytes));
    }
    if (last == null) {
      return reference;
    }
    return new Reference(
        reference.digest(),
        new Place(last.pack, last.key, last.offsetBytes, place.lengthBytes(), place.encoding()));
  }

  /** Reads the maps that were not read yet. */
  synchronized void refresh() throws IOException {
    var unread = new ArrayList<String>();
    store.list(
        ObjectNames.RELOCATIONS,
        (key, _) -> {
          if (!read.contains(key) && ObjectNames.number(key).isPresent()) {
            unread.add(key);
          }
        });
    for (String key : unread) {
      try {
        for (Map.Entry<OldPlace, NewPlace> move : readMap(key)) {
          add(key, move.getKey(), move.getValue());
        }
        read.add(key);
      } catch (DamagedObjectException e) {
        // What other maps say can still be followed; what only this one said is missing.
        LOG.warn("a relocation map is passed over", e);
      }
    }
  }

  private void add(String key, OldPlace from, NewPlace to) throws DamagedObjectException {
    NewPlace next = to;
    while (next != null) {
      var place = new OldPlace(next.pack, next.offsetBytes);
      if (place.equals(from)) {
        throw new DamagedObjectException(
            key, ObjectHeader.BYTES, "another place", "a circle back to " + from);
      }
      next = moves.get(place);
    }
    moves.put(from, to);
  }

  private List<Map.Entry<OldPlace, NewPlace>> readMap(String key) throws IOException {
    long number = ObjectNames.number(key).orElseThrow();
    return parse(key, objects.read(ObjectKind.RELOCATION, key, ObjectNames.relocationData(number)));
  }

  /** Reads a map, decrypted. */
  static List<Map.Entry<OldPlace, NewPlace>> parse(String key, byte[] bytes)
      throws DamagedObjectException {
    var buffer = ByteBuffer.wrap(bytes);
    long count = bytes.length < 4 ? -1 : Integer.toUnsignedLong(buffer.getInt());
    if (bytes.length != 4 + count * ENTRY_BYTES) {
      throw new DamagedObjectException(
          key, ObjectHeader.BYTES, "a relocation map", bytes.length + " bytes");
    }
    var map = new ArrayList<Map.Entry<OldPlace, NewPlace>>();
    for (long i = 0; i < count; i++) {
      var from = new OldPlace(ObjectId.read(buffer), Integer.toUnsignedLong(buffer.getInt()));
      buffer.getInt(); // the length: the reference says it, too
      var to =
          new NewPlace(
              ObjectId.read(buffer),
              ObjectId.read(buffer),
              Integer.toUnsignedLong(buffer.getInt()));
      if (to.offsetBytes < ObjectHeader.BYTES) {
        throw new DamagedObjectException(
            key, ObjectHeader.BYTES, "a place behind the header", to.toString());
      }
      map.add(Map.entry(from, to));
    }
    return map;
  }
}
