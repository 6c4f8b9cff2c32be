package atoll.repository;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one relocation map says: sixty bytes for each record on the store, twelve in memory.
 * Immutable.
 *
 * <p>Source: docs/repository-format.md, "Control objects".
 */
final class RelocationMap {
  private static final int ENTRY_BYTES = 60;

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

  /** Takes where a record was moved to. */
  @FunctionalInterface
  interface Visitor {
    void moved(NewPlace to) throws DamagedObjectException;
  }

  private static final Comparator<Move> BY_OLD_PLACE =
      Comparator.<Move, ObjectId>comparing(move -> move.from.pack, ObjectId.ORDER)
          .thenComparingLong(move -> move.from.offsetBytes);

  /** Which of the entries are of one old pack. */
  private record Range(int from, int end) {}

  private record Target(ObjectId pack, ObjectId key) {}

  private final Map<ObjectId, Range> oldPacks = new HashMap<>();
  private final List<Target> newPacks = new ArrayList<>();

  /** Of each entry; unsigned, and rising within an old pack. */
  private final int[] oldOffsets;

  /** Of each entry; its number in {@link #newPacks}. */
  private final int[] newPackNumbers;

  /** Of each entry; unsigned. */
  private final int[] newOffsets;

  /** Says nothing. */
  static final RelocationMap EMPTY = new RelocationMap(0);

  private RelocationMap(int entries) {
    oldOffsets = new int[entries];
    newPackNumbers = new int[entries];
    newOffsets = new int[entries];
  }

  /** Makes the bytes of a map; puts the moves in order. */
  static byte[] encode(List<Move> moves) {
    var sorted = new ArrayList<>(moves);
    sorted.sort(BY_OLD_PLACE);
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

  /** Reads a map, decrypted; {@code key} names its object in errors. */
  static RelocationMap parse(String key, byte[] bytes) throws DamagedObjectException {
    var buffer = ByteBuffer.wrap(bytes);
    long count = bytes.length < 4 ? -1 : Integer.toUnsignedLong(buffer.getInt());
    if (bytes.length != 4 + count * ENTRY_BYTES) {
      throw new DamagedObjectException(
          key, ObjectHeader.BYTES, "a relocation map", bytes.length + " bytes");
    }
    var map = new RelocationMap((int) count);
    var numbers = new HashMap<Target, Integer>();
    OldPlace last = null;
    for (int i = 0; i < count; i++) {
      var from = new OldPlace(ObjectId.read(buffer), Integer.toUnsignedLong(buffer.getInt()));
      buffer.getInt(); // its length, which whoever looks for it knows
      if (last != null && !isBefore(last, from)) {
        throw new DamagedObjectException(
            key, ObjectHeader.BYTES, "a place behind " + last, from.toString());
      }
      last = from;
      var target = new Target(ObjectId.read(buffer), ObjectId.read(buffer));
      int newOffset = buffer.getInt();
      if (Integer.compareUnsigned(newOffset, ObjectHeader.BYTES) < 0) {
        throw new DamagedObjectException(
            key,
            ObjectHeader.BYTES,
            "a place behind the header",
            "%d of pack %s".formatted(newOffset, target.pack));
      }
      Integer number = numbers.putIfAbsent(target, map.newPacks.size());
      if (number == null) {
        number = map.newPacks.size();
        map.newPacks.add(target);
      }
      map.set(i, from, number, newOffset);
    }
    return map;
  }

  private static boolean isBefore(OldPlace one, OldPlace other) {
    int packs = ObjectId.ORDER.compare(one.pack, other.pack);
    return packs < 0 || (packs == 0 && one.offsetBytes < other.offsetBytes);
  }

  private void set(int i, OldPlace from, int newPack, int newOffset) {
    oldOffsets[i] = (int) from.offsetBytes;
    newPackNumbers[i] = newPack;
    newOffsets[i] = newOffset;
    oldPacks.merge(from.pack, new Range(i, i + 1), (one, more) -> new Range(one.from, more.end));
  }

  /** Where what lay at a place was moved to, if this map has it. */
  @Nullable NewPlace find(ObjectId pack, long offsetBytes) {
    Range range = oldPacks.get(pack);
    if (range == null) {
      return null;
    }
    int from = range.from;
    int end = range.end;
    while (from < end) {
      int middle = (from + end) >>> 1;
      int order = Long.compare(Integer.toUnsignedLong(oldOffsets[middle]), offsetBytes);
      if (order == 0) {
        return target(middle);
      }
      if (order < 0) {
        from = middle + 1;
      } else {
        end = middle;
      }
    }
    return null;
  }

  private NewPlace target(int i) {
    Target target = newPacks.get(newPackNumbers[i]);
    return new NewPlace(target.pack, target.key, Integer.toUnsignedLong(newOffsets[i]));
  }

  /** Visits where all its records were moved to. */
  void visit(Visitor visitor) throws DamagedObjectException {
    for (int i = 0; i < newOffsets.length; i++) {
      visitor.moved(target(i));
    }
  }

  /** How many records were moved. */
  int entries() {
    return newOffsets.length;
  }
}
