package atoll.repository;

import atoll.format.BlockImage;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot, to be read at random. The first read costs a fetch for each level of its table and
 * one for the data; nothing is loaded before.
 *
 * <p>Extents come in whole chunks. A chunk of zeros is {@code ZERO}, not {@code ABSENT}: a snapshot
 * is whole, nothing beneath it may show through, whatever it is laid over or written against.
 */
public final class SnapshotImage implements BlockImage {
  /** A read is served in pieces of this size, so that it never needs more of the cache. */
  private static final int PIECE_BYTES = 4 << 20;

  private static final int READ_AHEAD_BYTES = 2 << 20;

  private final StoredSnapshot snapshot;
  private final TableShape shape;
  private final NodeCache nodes;
  private final TableReader table;
  private final ChunkCache chunks;
  private volatile long expectedBytes = -1;

  /** The first chunk that was not read ahead; a hint only, as several threads may write it. */
  private volatile long aheadEnd;

  SnapshotImage(StoredSnapshot snapshot, RecordReader reader, long cacheBytes) {
    this.snapshot = snapshot;
    this.shape = snapshot.table().shape();
    this.nodes = new NodeCache(reader);
    this.table = new TableReader(snapshot.table(), nodes);
    int pieces = (PIECE_BYTES + READ_AHEAD_BYTES) / shape.chunkSizeBytes() + 4;
    long kept = Math.max(2L * pieces, cacheBytes / shape.chunkSizeBytes());
    this.chunks = new ChunkCache(reader, (int) Math.min(Integer.MAX_VALUE, kept));
  }

  /** What the repository says of it. */
  public SnapshotManifest manifest() {
    return snapshot.manifest();
  }

  /** The fingerprint of its content, known without reading it. */
  public ContentDigest contentDigest() {
    return snapshot.manifest().contentDigest();
  }

  @Override
  public long sizeBytes() {
    return shape.sizeBytes();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes());
    boolean isSequential = offsetBytes == expectedBytes;
    long at = offsetBytes;
    while (destination.hasRemaining()) {
      int pieceBytes = Math.min(PIECE_BYTES, destination.remaining());
      readPiece(at, pieceBytes, destination);
      at += pieceBytes;
    }
    expectedBytes = at;
    if (isSequential) {
      readAhead(at);
    }
  }

  private void readPiece(long offsetBytes, int lengthBytes, ByteBuffer destination)
      throws IOException {
    int chunkSize = shape.chunkSizeBytes();
    long first = offsetBytes / chunkSize;
    long end = (offsetBytes + lengthBytes + chunkSize - 1) / chunkSize;
    var references = new @Nullable Reference[(int) (end - first)];
    List<Wanted> wanted = find(first, references);
    List<byte[]> contents = chunks.get(wanted);
    int next = 0;
    int left = lengthBytes;
    int from = (int) (offsetBytes % chunkSize);
    for (Reference reference : references) {
      int length = Math.min(chunkSize - from, left);
      if (reference == null) {
        Zeros.put(destination, length);
      } else {
        destination.put(contents.get(next++), from, length);
      }
      left -= length;
      from = 0;
    }
  }

  private List<Wanted> find(long first, @Nullable Reference[] references) throws IOException {
    var wanted = new ArrayList<Wanted>();
    for (int i = 0; i < references.length; i++) {
      Reference reference = table.find(first + i);
      references[i] = reference;
      if (reference != null) {
        wanted.add(new Wanted(reference, first + i));
      }
    }
    return wanted;
  }

  private void readAhead(long fromBytes) throws IOException {
    long next = (fromBytes + shape.chunkSizeBytes() - 1) / shape.chunkSizeBytes();
    long count = Math.max(1, READ_AHEAD_BYTES / shape.chunkSizeBytes());
    long reached = aheadEnd;
    boolean isFollowed = next <= reached && reached <= next + count;
    if (isFollowed && reached - next > count / 2) {
      return; // looking up what is on its way already would cost more than a small read
    }
    long first = isFollowed ? reached : next;
    long end = Math.min(shape.chunks(), next + count);
    if (first < end && chunks.prefetch(find(first, new @Nullable Reference[(int) (end - first)]))) {
      aheadEnd = end;
    }
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    new TableExtents(table, shape).visit(offsetBytes, offsetBytes + lengthBytes, visitor, null);
  }

  @Override
  public void close() {
    chunks.close();
    nodes.close();
  }

  @Override
  public String toString() {
    return "snapshot " + snapshot.manifest().id();
  }
}
