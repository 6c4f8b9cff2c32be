package atoll.repository;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where chunks lie, by name: a hash table in a file, mapped into memory. A cache: what it says is
 * true as long as the pack is there, what it does not say costs duplicate storage, and nothing is
 * lost with it.
 *
 * <p>The file is a header, one tag byte for each slot (0: free, else a fingerprint of the name),
 * and the slots of 64 bytes. A name is looked for from the slot its first bits say, onwards to the
 * first free one; a miss touches, as a rule, one cache line of tags and no slot. Since the first
 * bits decide, a table twice as large has the same order, and growing is one pass through both
 * files.
 *
 * <p>Never synced. Each slot carries a checksum over its content and the repository's id, so that
 * what a power failure or a broken disk leaves is not believed; tags only ever lead to a slot. A
 * file whose header is not right is thrown away. One process uses a file at a time, see {@link
 * IndexFiles}. The file's space is allocated before it is mapped; should the disk fail under the
 * mapping, the index gives up and says nothing any more.
 */
final class ChunkIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkIndex.class);

  private static final long MAGIC = 0x41544F4C_4C495831L; // ATOLLIX1
  private static final long HEADER_BYTES = 4096;
  private static final int SLOT_BYTES = 64;
  private static final int CHECKED_BYTES = 60;
  private static final int FIRST_BITS = 15;
  private static final int BITS_MAX = 28;
  private static final int PROBES_MAX = 4096;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** A file, mapped. */
  private record Table(int bits, Arena arena, MemorySegment memory) {
    long slots() {
      return 1L << bits;
    }

    long first(Digest name) {
      return name.a() >>> (64 - bits);
    }

    byte tag(long slot) {
      return memory.get(ValueLayout.JAVA_BYTE, HEADER_BYTES + slot);
    }

    void tag(long slot, byte tag) {
      memory.set(ValueLayout.JAVA_BYTE, HEADER_BYTES + slot, tag);
    }

    MemorySegment slot(long slot) {
      return memory.asSlice(HEADER_BYTES + slots() + slot * SLOT_BYTES, SLOT_BYTES);
    }
  }

  private final Path file;
  private final UUID repository;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final boolean isNew;
  private @Nullable Table table;
  private long entries;

  private ChunkIndex(Path file, UUID repository, Table table, boolean isNew, long entries) {
    this.file = file;
    this.repository = repository;
    this.table = table;
    this.isNew = isNew;
    this.entries = entries;
  }

  /** Opens the index in {@code file}, or makes a new one if there is none or it is not right. */
  static ChunkIndex open(Path file, UUID repository) throws IOException {
    Table table = Files.exists(file) ? existing(file, repository) : null;
    if (table != null) {
      return new ChunkIndex(file, repository, table, false, countEntries(table));
    }
    Files.deleteIfExists(file);
    return new ChunkIndex(file, repository, create(file, repository, FIRST_BITS), true, 0);
  }

  private static @Nullable Table existing(Path file, UUID repository) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var header = ByteBuffer.allocate(32);
      channel.read(header, 0);
      header.flip();
      if (header.remaining() == 32) {
        int bits = header.getInt(24);
        if (header.equals(header(repository, bits)) && channel.size() == fileBytes(bits)) {
          return map(channel, bits);
        }
      }
    }
    LOG.warn("{} is not the index of repository {}: thrown away", file, repository);
    return null;
  }

  private static Table create(Path file, UUID repository, int bits) throws IOException {
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      var zeros = ByteBuffer.allocateDirect(1 << 20);
      for (long at = 0; at < fileBytes(bits); at += zeros.capacity()) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), fileBytes(bits) - at));
        while (zeros.hasRemaining()) {
          channel.write(zeros, at + zeros.position());
        }
      }
      channel.write(header(repository, bits), 0);
      return map(channel, bits);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static Table map(FileChannel channel, int bits) throws IOException {
    var arena = Arena.ofShared();
    try {
      return new Table(bits, arena, channel.map(MapMode.READ_WRITE, 0, fileBytes(bits), arena));
    } catch (IOException e) {
      arena.close();
      throw e;
    }
  }

  private static ByteBuffer header(UUID repository, int bits) {
    var header = ByteBuffer.allocate(32).putLong(MAGIC);
    ObjectId.of(repository).writeTo(header);
    header.putInt(bits);
    var crc = new CRC32C();
    crc.update(header.array(), 0, 28);
    return header.putInt((int) crc.getValue()).flip();
  }

  private static long fileBytes(int bits) {
    boolean possible = bits >= FIRST_BITS && bits <= BITS_MAX;
    return possible ? HEADER_BYTES + (1L << bits) * (1 + SLOT_BYTES) : -1;
  }

  private static long countEntries(Table table) {
    long count = 0;
    for (long slot = 0; slot < table.slots(); slot++) {
      count += table.tag(slot) == 0 ? 0 : 1;
    }
    return count;
  }

  /** Whether it was made by opening it, and knows nothing yet. */
  boolean isNew() {
    return isNew;
  }

  /** How many chunks it knows. */
  long entries() {
    lock.readLock().lock();
    try {
      return entries;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Where the chunk of a name lies; {@code key} is the domain key that made the name. */
  @Nullable Place find(Digest name, ObjectId key) {
    lock.readLock().lock();
    try {
      return table == null ? null : find(table, name, key);
    } catch (InternalError e) {
      LOG.warn("{} cannot be read; going on without it", file, e);
      return null;
    } finally {
      lock.readLock().unlock();
    }
  }

  private @Nullable Place find(Table in, Digest name, ObjectId key) {
    byte tag = tagOf(name);
    long slot = in.first(name);
    for (int probe = 0; probe < PROBES_MAX; probe++) {
      byte there = in.tag(slot);
      if (there == 0) {
        return null;
      }
      if (there == tag && holds(in.slot(slot), name)) {
        return placeOf(in.slot(slot), key);
      }
      slot = (slot + 1) & (in.slots() - 1);
    }
    return null;
  }

  /**
   * Remembers where a chunk lies; what it knew of that name is forgotten.
   *
   * @param keep which packs are still there: when the table grows, entries of others are dropped
   */
  void put(Digest name, Place place, Predicate<ObjectId> keep) {
    lock.writeLock().lock();
    try {
      if (table != null && entries >= table.slots() * 7 / 10) {
        table = grown(table, keep);
      }
      if (table != null && entries < table.slots() * 7 / 10) {
        put(table, name, slotBytes(name, place));
      }
    } catch (InternalError | IOException e) {
      LOG.warn("{} cannot be written; going on without it", file, e);
      giveUp();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void put(Table in, Digest name, MemorySegment content) {
    byte tag = tagOf(name);
    long slot = in.first(name);
    for (int probe = 0; probe < PROBES_MAX; probe++) {
      byte there = in.tag(slot);
      if (there == 0 || (there == tag && holds(in.slot(slot), name))) {
        in.slot(slot).copyFrom(content);
        in.tag(slot, tag);
        entries += there == 0 ? 1 : 0;
        return;
      }
      slot = (slot + 1) & (in.slots() - 1);
    }
  }

  /** A table with room for more: twice as large if the entries worth keeping need it. */
  private Table grown(Table old, Predicate<ObjectId> keep) throws IOException {
    long kept = countKept(old, keep);
    int bits = kept > old.slots() / 3 ? Math.min(old.bits + 1, BITS_MAX) : old.bits;
    if (bits == old.bits && kept > old.slots() / 2) {
      return old; // as large as it may become: new chunks are not remembered
    }
    Path newFile = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(newFile);
    Table grown = create(newFile, repository, bits);
    entries = 0;
    for (long slot = 0; slot < old.slots(); slot++) {
      if (isKept(old, slot, keep)) {
        MemorySegment content = old.slot(slot);
        put(grown, nameOf(content), content);
      }
    }
    Files.move(newFile, file, StandardCopyOption.ATOMIC_MOVE);
    old.arena.close();
    return grown;
  }

  private long countKept(Table in, Predicate<ObjectId> keep) {
    long kept = 0;
    for (long slot = 0; slot < in.slots(); slot++) {
      kept += isKept(in, slot, keep) ? 1 : 0;
    }
    return kept;
  }

  private boolean isKept(Table in, long slot, Predicate<ObjectId> keep) {
    if (in.tag(slot) == 0) {
      return false;
    }
    MemorySegment content = in.slot(slot);
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
    crc.update(ObjectId.of(repository).bytes());
    crc.update(slot.asSlice(0, CHECKED_BYTES).asByteBuffer());
    return (int) crc.getValue();
  }

  private void giveUp() {
    if (table != null) {
      table.arena.close();
      table = null;
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      giveUp();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
