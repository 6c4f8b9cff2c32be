package atoll.repository;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What is done to every chunk of a backup, each by itself: {@code ./atoll bench loops}.
 *
 * <p>Public and not final, as JMH will have it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HotLoops {
  private static final int CHUNK_BYTES = 64 << 10;

  /** In a file that every Java has: half way into its classes. */
  private static final Path REAL_DATA = Path.of(System.getProperty("java.home"), "lib", "modules");

  private static final ObjectId KEY = new ObjectId(5, 6);
  private static final int PACKS = 4;

  private final byte[] chunk = new byte[CHUNK_BYTES];
  private final byte[] out = new byte[2 * CHUNK_BYTES];
  private final byte[] data = ObjectNames.data("atoll benchmark");
  private final Sha256 sha256 = new Sha256();
  private final RecordCipher cipher = new RecordCipher();
  private final SecretKey key = new SecretKeySpec(new byte[32], "AES");
  private final ZstdCompressCtx zstd = new ZstdCompressCtx().setLevel(Encoding.ZSTD_LEVEL);
  private final @Nullable Reference[] children = new @Nullable Reference[Node.FAN_OUT];
  private byte[] node = new byte[0];
  private long sealed;

  /** Reads a chunk, and makes a full node whose children lie in a few packs. */
  @Setup
  public void prepare() throws IOException {
    try (var file = FileChannel.open(REAL_DATA)) {
      var buffer = ByteBuffer.wrap(chunk);
      long start = file.size() / 2;
      while (buffer.hasRemaining() && file.read(buffer, start + buffer.position()) >= 0) {}
    }
    var random = new SplittableRandom(1);
    for (int i = 0; i < children.length; i++) {
      var pack = new ObjectId(1, random.nextInt(PACKS));
      children[i] = new Reference(name(random), place(pack, random));
    }
    node = Node.encode(0, children);
  }

  @TearDown
  public void close() {
    zstd.close();
  }

  private static Digest name(SplittableRandom random) {
    return new Digest(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private static Place place(ObjectId pack, SplittableRandom random) {
    int length = 1000 + random.nextInt(CHUNK_BYTES / 2);
    return new Place(pack, KEY, 100 + random.nextInt(32 << 20), length, Encoding.ZSTD);
  }

  @Benchmark
  public Object hashChunk() {
    return sha256.digest(chunk, 0, CHUNK_BYTES);
  }

  @Benchmark
  public int compressChunk() {
    return zstd.compressByteArray(out, 0, out.length, chunk, 0, CHUNK_BYTES);
  }

  /** No nonce twice, as everywhere. */
  @Benchmark
  public int sealChunk() {
    return cipher.seal(key, sealed++, data, chunk, 0, CHUNK_BYTES, out, 0);
  }

  @Benchmark
  public byte[] encodeNode() {
    return Node.encode(0, children);
  }

  @Benchmark
  public Object decodeNode() {
    return Node.parse(node, 0, CHUNK_BYTES).children();
  }

  @Benchmark
  public @Nullable Object findKnownChunk(KnownChunk known) {
    return known.index().find(known.nextName(), KEY);
  }

  @Benchmark
  public @Nullable Object findUnknownChunk(KnownChunk known) {
    return known.index().find(known.nextUnknownName(), KEY);
  }

  /** An index of as many chunks as 64 GiB have. */
  @State(Scope.Thread)
  public static class KnownChunk {
    private static final int CHUNKS = 1 << 20;

    private final Digest[] names = new Digest[CHUNKS];
    private final SplittableRandom random = new SplittableRandom(2);
    private @Nullable Path folder;
    private @Nullable ChunkIndex index;

    @Setup(Level.Trial)
    public void open() throws IOException {
      folder = Files.createTempDirectory("atoll-loops-");
      index = ChunkIndex.open(folder.resolve("index"), new UUID(3, 4));
      for (int i = 0; i < CHUNKS; i++) {
        names[i] = name(random);
        index.put(names[i], place(new ObjectId(1, i >> 10), random), _ -> true);
      }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
      if (index != null) {
        index.close();
      }
      if (folder != null) {
        Files.delete(folder.resolve("index"));
        Files.delete(folder);
      }
    }

    ChunkIndex index() {
      if (index == null) {
        throw new IllegalStateException("not opened");
      }
      return index;
    }

    Digest nextName() {
      return names[random.nextInt(CHUNKS)];
    }

    Digest nextUnknownName() {
      return name(random);
    }
  }
}
