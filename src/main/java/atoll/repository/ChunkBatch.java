package atoll.repository;

import com.github.luben.zstd.Zstd;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Some chunks on their way through a writing, and the arrays they are in: filled by one worker,
 * then emptied by the thread that makes the packs, then used again.
 */
final class ChunkBatch {
  /** What a worker found out about a chunk. */
  enum Outcome {
    /** All zeros. */
    ZERO,
    /** What the parent has there. */
    SAME,
    /** Stored already: {@link ChunkBatch#place}. */
    KNOWN,
    /** To be stored: {@link ChunkBatch#encoded} from {@link ChunkBatch#from} on. */
    NEW
  }

  /** A chunk's result. */
  private static final class Slot {
    private long chunk;
    private Outcome outcome = Outcome.ZERO;
    private @Nullable Digest digest;
    private @Nullable Digest name;
    private @Nullable Place place;
    private int encoding;
    private int length;
  }

  private final int chunkSizeBytes;
  private final int frameBytesMax;
  private final byte[] plain;
  private final byte[] frames;
  private final Slot[] slots;
  private int count;
  private CountDownLatch done = new CountDownLatch(1);
  private @Nullable Throwable failure;

  ChunkBatch(int chunksMax, int chunkSizeBytes) {
    this.chunkSizeBytes = chunkSizeBytes;
    this.frameBytesMax = Math.toIntExact(Zstd.compressBound(chunkSizeBytes));
    this.plain = new byte[chunksMax * chunkSizeBytes];
    this.frames = new byte[chunksMax * frameBytesMax];
    this.slots = new Slot[chunksMax];
    for (int i = 0; i < chunksMax; i++) {
      slots[i] = new Slot();
    }
  }

  /** Empties it. */
  void reset() {
    count = 0;
    failure = null;
    done = new CountDownLatch(1);
  }

  void add(long chunk) {
    slots[count++].chunk = chunk;
  }

  boolean isFull() {
    return count == slots.length;
  }

  int count() {
    return count;
  }

  long chunk(int i) {
    return slots[i].chunk;
  }

  /** Where the chunks' content is read into, one after the other. */
  byte[] plain() {
    return plain;
  }

  /** Where their frames are compressed to. */
  byte[] frames() {
    return frames;
  }

  int plainFrom(int i) {
    return i * chunkSizeBytes;
  }

  int frameFrom(int i) {
    return i * frameBytesMax;
  }

  int frameBytesMax() {
    return frameBytesMax;
  }

  void isZero(int i) {
    slots[i].outcome = Outcome.ZERO;
  }

  void isSame(int i) {
    slots[i].outcome = Outcome.SAME;
  }

  void isKnown(int i, Digest digest, Place place) {
    slots[i].outcome = Outcome.KNOWN;
    slots[i].digest = digest;
    slots[i].place = place;
  }

  void isNew(int i, Digest digest, Digest name, int encoding, int length) {
    slots[i].outcome = Outcome.NEW;
    slots[i].digest = digest;
    slots[i].name = name;
    slots[i].encoding = encoding;
    slots[i].length = length;
  }

  Outcome outcome(int i) {
    return slots[i].outcome;
  }

  Digest digest(int i) {
    return known(slots[i].digest);
  }

  Digest name(int i) {
    return known(slots[i].name);
  }

  Place place(int i) {
    return known(slots[i].place);
  }

  int encoding(int i) {
    return slots[i].encoding;
  }

  /** The array a new chunk's encoded bytes are in. */
  byte[] encoded(int i) {
    return slots[i].encoding == Encoding.PLAIN ? plain : frames;
  }

  int from(int i) {
    return slots[i].encoding == Encoding.PLAIN ? plainFrom(i) : frameFrom(i);
  }

  int length(int i) {
    return slots[i].length;
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("asked for what this outcome does not have");
    }
    return value;
  }

  /** The worker is done, or failed. */
  void finished(@Nullable Throwable failed) {
    failure = failed;
    done.countDown();
  }

  /** Waits for the worker; gives what it failed with. */
  @Nullable Throwable await() throws InterruptedException {
    done.await();
    return failure;
  }
}
