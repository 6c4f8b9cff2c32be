package atoll.repository;

import atoll.format.BlockImage;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks of a batch, hashes them, looks them up, and compresses those that are new: all
 * that takes time. One thread at a time, each with its own.
 */
final class ChunkWorker implements AutoCloseable {
  private final BlockImage image;
  private final TableShape shape;
  private final @Nullable TableReader parent;
  private final KnownChunks known;
  private final ObjectId key;
  private final DataKey.Namer namer;
  private final Sha256 sha256 = new Sha256();
  private final ZstdCompressCtx zstd = new ZstdCompressCtx().setLevel(Encoding.ZSTD_LEVEL);

  ChunkWorker(
      BlockImage image,
      TableShape shape,
      @Nullable TableReader parent,
      KnownChunks known,
      DataKey key) {
    this.image = image;
    this.shape = shape;
    this.parent = parent;
    this.known = known;
    this.key = key.id();
    this.namer = key.namer();
  }

  void work(ChunkBatch batch) throws IOException {
    read(batch);
    for (int i = 0; i < batch.count(); i++) {
      encode(batch, i);
    }
  }

  /** Reads chunks that are neighbours at once. */
  private void read(ChunkBatch batch) throws IOException {
    int first = 0;
    for (int i = 1; i <= batch.count(); i++) {
      if (i == batch.count() || batch.chunk(i) != batch.chunk(i - 1) + 1) {
        read(batch, first, i);
        first = i;
      }
    }
  }

  private void read(ChunkBatch batch, int first, int end) throws IOException {
    long offset = shape.offsetOf(batch.chunk(first));
    int from = batch.plainFrom(first);
    int to = batch.plainFrom(end - 1) + shape.lengthOf(batch.chunk(end - 1));
    image.read(offset, ByteBuffer.wrap(batch.plain(), from, to - from));
    Arrays.fill(batch.plain(), to, batch.plainFrom(end), (byte) 0); // behind the volume's end
  }

  private void encode(ChunkBatch batch, int i) throws IOException {
    int from = batch.plainFrom(i);
    int chunkSize = shape.chunkSizeBytes();
    if (Zeros.isZero(batch.plain(), from, chunkSize)) {
      batch.isZero(i);
      return;
    }
    Digest digest = sha256.digest(batch.plain(), from, chunkSize);
    if (parentHas(batch.chunk(i), digest)) {
      batch.isSame(i);
      return;
    }
    Digest name = namer.chunkName(digest);
    Place place = known.find(name, key);
    if (place != null) {
      batch.isKnown(i, digest, place);
      return;
    }
    int frame =
        zstd.compressByteArray(
            batch.frames(),
            batch.frameFrom(i),
            batch.frameBytesMax(),
            batch.plain(),
            from,
            chunkSize);
    boolean pays = Encoding.pays(frame, chunkSize);
    batch.isNew(i, digest, name, pays ? Encoding.ZSTD : Encoding.PLAIN, pays ? frame : chunkSize);
  }

  private boolean parentHas(long chunk, Digest digest) throws IOException {
    if (parent == null) {
      return false;
    }
    Reference there = parent.find(chunk);
    return there != null && there.digest().equals(digest) && !known.isDamaged(there.place());
  }

  @Override
  public void close() {
    zstd.close();
  }
}
