package atoll.repository;

import atoll.format.BlockImage;
import atoll.objectstore.Interruption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Computes the content digest of an image, without key or store, several chunks at once. */
final class ImageHasher {
  private static final int PIECE_CHUNKS_MAX = 64;

  private static final Place NOWHERE =
      new Place(
          ObjectId.ZERO,
          ObjectId.ZERO,
          ObjectHeader.BYTES,
          RecordCipher.TAG_BYTES + 1,
          Encoding.PLAIN);

  /** Digests of the chunks from {@code first} on; nothing where a chunk is zeros. */
  private record Piece(long first, FutureTask<@Nullable Digest[]> digests) {}

  private final BlockImage image;
  private final TableShape shape;
  private final int threads = Runtime.getRuntime().availableProcessors();
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private final TableWriter table;

  ImageHasher(BlockImage image, TableShape shape) {
    this.image = image;
    this.shape = shape;
    this.table =
        new TableWriter(
            shape,
            null,
            (node, _) -> {
              throw new IllegalStateException("there is no table to read " + node + " from");
            },
            (_, digest, _) -> new Reference(digest, NOWHERE));
  }

  ContentDigest digest() throws IOException {
    try (var tasks = new ParallelTasks(threads)) {
      ChunkPlan.visit(
          image,
          shape,
          false,
          new ChunkPlan.Visitor() {
            @Override
            public void read(long first, long end) throws IOException {
              hash(first, end, tasks);
            }

            @Override
            public void zero(long first, long end) {}
          });
      while (!pieces.isEmpty()) {
        takeFirst();
      }
    }
    return table.finish().contentDigest();
  }

  private void hash(long first, long end, ParallelTasks tasks) throws IOException {
    for (long chunk = first; chunk < end; chunk += PIECE_CHUNKS_MAX) {
      long pieceFirst = chunk;
      long pieceEnd = Math.min(end, chunk + PIECE_CHUNKS_MAX);
      if (pieces.size() >= 2 * threads) {
        takeFirst();
      }
      var piece = new Piece(pieceFirst, new FutureTask<>(() -> hashPiece(pieceFirst, pieceEnd)));
      pieces.add(piece);
      tasks.submit(piece.digests::run);
    }
  }

  private @Nullable Digest[] hashPiece(long first, long end) throws IOException {
    var sha256 = new Sha256();
    var bytes = new byte[shape.chunkSizeBytes()];
    var digests = new @Nullable Digest[(int) (end - first)];
    for (long chunk = first; chunk < end; chunk++) {
      int length = shape.lengthOf(chunk);
      image.read(shape.offsetOf(chunk), ByteBuffer.wrap(bytes, 0, length));
      Arrays.fill(bytes, length, bytes.length, (byte) 0);
      if (!Zeros.isZero(bytes, 0, bytes.length)) {
        digests[(int) (chunk - first)] = sha256.digest(bytes, 0, bytes.length);
      }
    }
    return digests;
  }

  private void takeFirst() throws IOException {
    Piece piece = pieces.removeFirst();
    @Nullable Digest[] digests;
    try {
      digests = piece.digests.get();
    } catch (ExecutionException e) {
      throw Failures.asIOException(e.getCause());
    } catch (InterruptedException e) {
      throw Interruption.of("the digest of an image", e);
    }
    for (int i = 0; i < digests.length; i++) {
      Digest digest = digests[i];
      if (digest != null) {
        table.put(piece.first + i, new Reference(digest, NOWHERE));
      }
    }
  }
}
