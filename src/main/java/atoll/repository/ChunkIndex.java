package atoll.repository;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
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
 * <p>The file is a header and a {@link ChunkTable}. Never synced: what a power failure leaves is
 * not believed. A file whose header is not right is thrown away. One process uses a file at a time,
 * see {@link IndexFiles}. The file's space is allocated before it is mapped; should the disk fail
 * under the mapping, the index gives up and says nothing any more.
 */
final class ChunkIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkIndex.class);

  private static final long MAGIC = 0x41544F4C_4C495831L; // ATOLLIX1
  private static final long HEADER_BYTES = 4096;
  private static final int FIRST_BITS = 15;
  private static final int BITS_MAX = 28;

  /** A table whose memory is a mapped file. */
  private record Mapped(Arena arena, ChunkTable table) {}

  private final Path file;
  private final UUID repository;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final boolean isNew;
  private @Nullable Mapped mapped;

  private ChunkIndex(Path file, UUID repository, Mapped mapped, boolean isNew) {
    this.file = file;
    this.repository = repository;
    this.mapped = mapped;
    this.isNew = isNew;
  }

  /** Opens the index in {@code file}, or makes a new one if there is none or it is not right. */
  static ChunkIndex open(Path file, UUID repository) throws IOException {
    Mapped existing = Files.exists(file) ? existing(file, repository) : null;
    if (existing != null) {
      return new ChunkIndex(file, repository, existing, false);
    }
    Files.deleteIfExists(file);
    return new ChunkIndex(file, repository, create(file, repository, FIRST_BITS), true);
  }

  private static @Nullable Mapped existing(Path file, UUID repository) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var header = ByteBuffer.allocate(32);
      channel.read(header, 0);
      header.flip();
      if (header.remaining() == 32) {
        int bits = header.getInt(24);
        if (header.equals(header(repository, bits)) && channel.size() == fileBytes(bits)) {
          return map(channel, repository, bits);
        }
      }
    }
    LOG.warn("{} is not the index of repository {}: thrown away", file, repository);
    return null;
  }

  private static Mapped create(Path file, UUID repository, int bits) throws IOException {
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
      return map(channel, repository, bits);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static Mapped map(FileChannel channel, UUID repository, int bits) throws IOException {
    var arena = Arena.ofShared();
    try {
      MemorySegment memory =
          channel.map(MapMode.READ_WRITE, HEADER_BYTES, ChunkTable.bytes(bits), arena);
      return new Mapped(arena, new ChunkTable(bits, memory, repository));
    } catch (IOException | InternalError e) {
      arena.close();
      throw e instanceof IOException io ? io : new IOException(e);
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
    return possible ? HEADER_BYTES + ChunkTable.bytes(bits) : -1;
  }

  /** Whether it was made by opening it, and knows nothing yet. */
  boolean isNew() {
    return isNew;
  }

  /** How many chunks it knows. */
  long entries() {
    lock.readLock().lock();
    try {
      return mapped == null ? 0 : mapped.table.entries();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Where the chunk of a name lies; {@code key} is the domain key that made the name. */
  @Nullable Place find(Digest name, ObjectId key) {
    lock.readLock().lock();
    try {
      return mapped == null ? null : mapped.table.find(name, key);
    } catch (InternalError e) {
      LOG.warn("{} cannot be read; going on without it", file, e);
      return null;
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Remembers where a chunk lies; what it knew of that name is forgotten.
   *
   * @param keep which packs are still there: when the table grows, entries of others are dropped
   */
  void put(Digest name, Place place, Predicate<ObjectId> keep) {
    lock.writeLock().lock();
    try {
      if (mapped != null && mapped.table.isFull()) {
        mapped = grown(mapped, keep);
      }
      if (mapped != null && !mapped.table.isFull()) {
        mapped.table.put(name, place);
      }
    } catch (InternalError | IOException e) {
      LOG.warn("{} cannot be written; going on without it", file, e);
      giveUp();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** A table with room for more: twice as large if the entries worth keeping need it. */
  private Mapped grown(Mapped old, Predicate<ObjectId> keep) throws IOException {
    ChunkTable table = old.table;
    long kept = table.countKept(keep);
    int bits = kept > table.slots() / 3 ? Math.min(table.bits() + 1, BITS_MAX) : table.bits();
    if (bits == table.bits() && kept > table.slots() / 2) {
      return old; // as large as it may become: new chunks are not remembered
    }
    Path newFile = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(newFile);
    Mapped grown = create(newFile, repository, bits);
    table.copyKept(keep, grown.table);
    Files.move(newFile, file, StandardCopyOption.ATOMIC_MOVE);
    old.arena.close();
    return grown;
  }

  private void giveUp() {
    if (mapped != null) {
      mapped.arena.close();
      mapped = null;
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
