package atoll.repository;

import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The chunk index's table of 16 slots: an input is whether to make the checksums right, so that a
 * fuzzer need not guess them, and the table.
 */
public final class ChunkTableFuzz implements FuzzTarget {
  private static final int BITS = 4;
  private static final int SLOTS = 1 << BITS;
  private static final UUID REPOSITORY = new UUID(3, 4);
  private static final ObjectId KEY = new ObjectId(5, 6);
  private static final ObjectId GONE = new ObjectId(0, 0);
  private static final Digest NAME = new Digest(-1, 2, 3, 4);
  private static final Place PLACE = new Place(new ObjectId(7, 8), KEY, 48, 100, Encoding.ZSTD);

  @Override
  public List<byte[]> seeds() {
    var memory = new byte[(int) ChunkTable.bytes(BITS)];
    var table = new ChunkTable(BITS, MemorySegment.ofArray(memory), REPOSITORY);
    for (int i = 0; i < 6; i++) {
      table.put(new Digest(((long) i / 2) << 60, 1, 2, i), PLACE);
    }
    table.put(NAME, PLACE);
    return List.of(seed(memory), new byte[] {1, 1, 1});
  }

  private static byte[] seed(byte[] memory) {
    return ByteBuffer.allocate(1 + memory.length).put((byte) 1).put(memory).array();
  }

  @Override
  public void feed(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, 1 + (int) ChunkTable.bytes(BITS));
    if ((input[0] & 1) != 0) {
      seal(bytes);
    }
    var table = new ChunkTable(BITS, MemorySegment.ofArray(bytes), REPOSITORY);
    for (int slot = 0; slot < SLOTS; slot++) {
      Place _ = table.find(name(bytes, slot), KEY);
    }
    Place before = table.find(NAME, KEY);
    grow(table, before);
    if (!table.isFull()) {
      table.put(NAME, PLACE);
      demand(PLACE.equals(table.find(NAME, KEY)), "what was put is not there");
    }
  }

  /** All that is found is found in a larger table, too, and no more. */
  private static void grow(ChunkTable table, @Nullable Place before) {
    long kept = table.countKept(pack -> !pack.equals(GONE));
    var memory = MemorySegment.ofArray(new byte[(int) ChunkTable.bytes(BITS + 1)]);
    var grown = new ChunkTable(BITS + 1, memory, REPOSITORY);
    table.copyKept(pack -> !pack.equals(GONE), grown);
    demand(grown.entries() <= kept, "more entries than were kept");
    if (before != null && !before.pack().equals(GONE)) {
      demand(grown.find(NAME, KEY) != null, "lost by growing");
    }
  }

  private static Digest name(byte[] bytes, int slot) {
    var buffer = ByteBuffer.wrap(bytes, SLOTS + slot * ChunkTable.SLOT_BYTES, 32);
    return new Digest(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  private static void seal(byte[] bytes) {
    for (int slot = 0; slot < SLOTS; slot++) {
      int at = SLOTS + slot * ChunkTable.SLOT_BYTES;
      var crc = new CRC32C();
      crc.update(ObjectId.of(REPOSITORY).bytes());
      crc.update(bytes, at, ChunkTable.SLOT_BYTES - 4);
      ByteBuffer.wrap(bytes).putInt(at + ChunkTable.SLOT_BYTES - 4, (int) crc.getValue());
    }
  }
}
