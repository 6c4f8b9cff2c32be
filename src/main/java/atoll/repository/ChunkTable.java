package atoll.repository;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hash table of chunks in memory that anything may have happened to: one tag byte for each slot
 * (0: free, else a fingerprint of the name), and the slots of 64 bytes.
 *
 * <p>A name is looked for from the slot its first bits say, onwards to the first free one; a miss
 * touches, as a rule, one cache line of tags and no slot. Since the first bits decide, a table
 * twice as large has the same order, and growing is one pass through both.
 *
 * <p>Each slot carries a checksum over its content and the repository's id, so that what a power
 * failure or a broken disk leaves is not believed; tags only ever lead to a slot. Many may find at
 * once, one may put.
 */
final class ChunkTable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkTable.class);

  static final int SLOT_BYTES = 64;
  private static final int CHECKED_BYTES = 60;
  private static final int PROBES_MAX = 4096;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final int bits;
  private final MemorySegment memory;
  private final byte[] repository;
  private final long probesMax;
  private long entries;

  /**
   * The table in {@code memory}.
   *
   * @param bits it has 2 to the power of this slots, and {@link #bytes} bytes
   */
  ChunkTable(int bits, MemorySegment memory, UUID repository) {
    this.bits = bits;
    this.memory = memory;
    this.repository = ObjectId.of(repository).bytes();
    this.probesMax = Math.min(PROBES_MAX, slots());
    for (long slot = 0; slot < slots(); slot++) {
      entries += tag(slot) == 0 ? 0 : 1;
    }
  }

  /** How long a table is. */
  static long bytes(int bits) {
    return (1L << bits) * (1 + SLOT_BYTES);
  }

  int bits() {
    return bits;
  }

  long slots() {
    return 1L << bits;
  }

  /** How many slots are not free. */
  long entries() {
    return entries;
  }

  /** Whether more would make it slow. */
  boolean isFull() {
    return entries >= slots() * 7 / 10;
  }

  private long first(Digest name) {
    return name.a() >>> (64 - bits);
  }

  private byte tag(long slot) {
    return memory.get(ValueLayout.JAVA_BYTE, slot);
  }

  private MemorySegment slot(long slot) {
    return memory.asSlice(slots() + slot * SLOT_BYTES, SLOT_BYTES);
  }

  /** Where the chunk of a name lies; {@code key} is the domain key that made the name. */
  @Nullable Place find(Digest name, ObjectId key) {
    byte tag = tagOf(name);
    long slot = first(name);
    for (int probe = 0; probe < probesMax; probe++) {
      byte there = tag(slot);
      if (there == 0) {
        return null;
      }
      if (there == tag && holds(slot(slot), name)) {
        return placeOf(slot(slot), key);
      }
      slot = (slot + 1) & (slots() - 1);
    }
    return null;
  }

  /** Remembers where a chunk lies, unless there is no room near by. */
  void put(Digest name, Place place) {
    put(name, slotBytes(name, place));
  }

  private void put(Digest name, MemorySegment content) {
    byte tag = tagOf(name);
    long slot = first(name);
    for (int probe = 0; probe < probesMax; probe++) {
      byte there = tag(slot);
      if (there == 0 || (there == tag && holds(slot(slot), name))) {
        slot(slot).copyFrom(content);
        memory.set(ValueLayout.JAVA_BYTE, slot, tag);
        entries += there == 0 ? 1 : 0;
        return;
      }
      slot = (slot + 1) & (slots() - 1);
    }
  }

  /** How many whole entries lie in packs that are to be kept. */
  long countKept(Predicate<ObjectId> keep) {
    long kept = 0;
    for (long slot = 0; slot < slots(); slot++) {
      kept += isKept(slot, keep) ? 1 : 0;
    }
    return kept;
  }

  /** Puts those entries into another table. */
  void copyKept(Predicate<ObjectId> keep, ChunkTable target) {
    for (long slot = 0; slot < slots(); slot++) {
      if (isKept(slot, keep)) {
        MemorySegment content = slot(slot);
        target.put(nameOf(content), content);
      }
    }
  }

  private boolean isKept(long slot, Predicate<ObjectId> keep) {
    if (tag(slot) == 0) {
      return false;
    }
    MemorySegment content = slot(slot);
    return content.get(INT, CHECKED_BYTES) == checksum(content)
        && keep.test(new ObjectId(content.get(LONG, 32), content.get(LONG, 40)));
  }

  private static byte tagOf(Digest name) {
    byte tag = (byte) name.d();
    return tag == 0 ? 1 : tag;
  }

  private boolean holds(MemorySegment slot, Digest name) {
    return slot.get(LONG, 0) == name.a()
        && slot.get(LONG, 8) == name.b()
        && slot.get(LONG, 16) == name.c()
        && slot.get(LONG, 24) == name.d()
        && slot.get(INT, CHECKED_BYTES) == checksum(slot);
  }

  private static Digest nameOf(MemorySegment slot) {
    return new Digest(slot.get(LONG, 0), slot.get(LONG, 8), slot.get(LONG, 16), slot.get(LONG, 24));
  }

  private static @Nullable Place placeOf(MemorySegment slot, ObjectId key) {
    try {
      return new Place(
          new ObjectId(slot.get(LONG, 32), slot.get(LONG, 40)),
          key,
          Integer.toUnsignedLong(slot.get(INT, 48)),
          slot.get(INT, 52),
          slot.get(INT, 56));
    } catch (IllegalArgumentException e) {
      LOG.warn("an index entry that no record can have is ignored", e);
      return null;
    }
  }

  private MemorySegment slotBytes(Digest name, Place place) {
    var bytes = ByteBuffer.allocate(SLOT_BYTES);
    name.writeTo(bytes);
    place.pack().writeTo(bytes);
    bytes.putInt((int) place.offsetBytes()).putInt(place.lengthBytes()).putInt(place.encoding());
    var slot = MemorySegment.ofArray(bytes.array());
    slot.set(INT, CHECKED_BYTES, checksum(slot));
    return slot;
  }

  private int checksum(MemorySegment slot) {
    var crc = new CRC32C();
    crc.update(repository);
    crc.update(slot.asSlice(0, CHECKED_BYTES).asByteBuffer());
    return (int) crc.getValue();
  }
}
