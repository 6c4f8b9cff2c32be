package atoll.repository;

import atoll.objectstore.Interruption;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of one writing into packs, in the order they come, and the packs into the store,
 * several at once. Used by one thread.
 *
 * <p>A chunk counts as known to others once its pack is stored; until then only to this writing,
 * whose manifest waits for all its packs.
 */
final class PackUploader implements AutoCloseable {
  private final RepositoryParts parts;
  private final ObjectId owner;
  private final DataKey key;
  private final KnownChunks known;
  private final Semaphore inFlight;
  private final RecordCipher cipher = new RecordCipher();
  private final ZstdCompressCtx zstd = new ZstdCompressCtx().setLevel(Encoding.ZSTD_LEVEL);
  private final Map<Digest, Place> pending = new HashMap<>();
  private final Queue<PackBuilder> stored = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLong bytesStored = new AtomicLong();
  private final AtomicInteger packsStored = new AtomicInteger();
  private @Nullable PackBuilder current;
  private byte[] spareArray = new byte[0];

  /**
   * Begins with no pack.
   *
   * @param owner the lease it is done under; the packs' ids tell
   * @param inFlight bounds the packs on their way, of this writing and others
   */
  PackUploader(
      RepositoryParts parts, ObjectId owner, DataKey key, KnownChunks known, Semaphore inFlight) {
    this.parts = parts;
    this.owner = owner;
    this.key = key;
    this.known = known;
    this.inFlight = inFlight;
  }

  /** Where a chunk lies that this writing has put into a pack not yet stored. */
  @Nullable Place pending(Digest name) {
    return pending.get(name);
  }

  /** Adds a chunk that is already encoded. */
  Place addChunk(Digest digest, Digest name, int encoding, byte[] content, int from, int length)
      throws IOException {
    Place place = packFor(length).addChunk(digest, name, encoding, content, from, length);
    pending.put(name, place);
    return place;
  }

  /** Encodes a node and adds it. */
  Place addNode(int level, Digest digest, byte[] node) throws IOException {
    byte[] frame = zstd.compress(node);
    return Encoding.pays(frame.length, node.length)
        ? addNode(level, digest, Encoding.ZSTD, frame)
        : addNode(level, digest, Encoding.PLAIN, node);
  }

  /** Adds a node that is already encoded. */
  Place addNode(int level, Digest digest, int encoding, byte[] content) throws IOException {
    return packFor(content.length).addNode(level, digest, encoding, content, content.length);
  }

  private PackBuilder packFor(int bytes) throws IOException {
    if (current != null && !current.fits(bytes)) {
      ship(current);
      current = null;
    }
    if (current == null) {
      forgetStored();
      var id = ObjectId.randomOf(owner, parts.random());
      current = new PackBuilder(id, key, parts.tuning().packBytes(), cipher, spareArray);
      spareArray = new byte[0];
    }
    return current;
  }

  private void ship(PackBuilder pack) throws IOException {
    throwFailure();
    ByteBuffer object = pack.finish();
    try {
      inFlight.acquire();
    } catch (InterruptedException e) {
      throw Interruption.of("the storing of packs", e);
    }
    threads.execute(() -> store(pack, object));
  }

  private void store(PackBuilder pack, ByteBuffer object) {
    try {
      if (failure.get() == null) {
        int sizeBytes = object.remaining();
        parts.store().put(ObjectNames.pack(pack.id()), object);
        bytesStored.addAndGet(sizeBytes);
        packsStored.incrementAndGet();
        known.add(pack.id(), sizeBytes, pack.chunks());
        stored.add(pack);
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    } finally {
      inFlight.release();
    }
  }

  /** What is stored the index knows; its array can be filled again. */
  private void forgetStored() {
    for (PackBuilder pack = stored.poll(); pack != null; pack = stored.poll()) {
      for (PackBuilder.NamedPlace chunk : pack.chunks()) {
        pending.remove(chunk.name(), chunk.place());
      }
      spareArray = pack.array();
    }
  }

  private void throwFailure() throws IOException {
    Throwable failed = failure.get();
    if (failed != null) {
      throw Failures.asIOException(failed);
    }
  }

  /** Ships what is left and waits until all packs are stored. */
  void finish() throws IOException {
    if (current != null) {
      ship(current);
      current = null;
    }
    threads.shutdown();
    try {
      while (!threads.awaitTermination(1, TimeUnit.DAYS)) {
        // Packs are still on their way; their store decides when to give up.
      }
    } catch (InterruptedException e) {
      throw Interruption.of("the storing of packs", e);
    }
    throwFailure();
  }

  /** How many bytes of packs were stored. */
  long bytesStored() {
    return bytesStored.get();
  }

  /** How many packs were stored. */
  int packsStored() {
    return packsStored.get();
  }

  /** Ends what is still on its way, by interrupting it: nothing refers to it. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
    zstd.close();
  }
}
