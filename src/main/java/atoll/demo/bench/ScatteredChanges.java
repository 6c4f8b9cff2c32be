package atoll.demo.bench;

import atoll.format.Extent;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/**
 * Changes an image as a day of use would: in pieces of 4 KiB to 1 MiB, small ones as often as large
 * ones, at random places that have data.
 *
 * <p>What is written is what lies elsewhere in the image as it was, shifted by an odd number of
 * bytes: it compresses as well as the rest, and no chunk of a fixed size is one that was there
 * before.
 */
final class ScatteredChanges {
  private static final int BLOCK_BYTES = 4096;
  private static final int PIECE_DOUBLINGS = 8;

  private final Allocation allocation;
  private final RandomGenerator random;
  private final long[] extentEnds;
  private final BitSet changedBlocks = new BitSet();

  /** Changes an image with this allocation. */
  ScatteredChanges(Allocation allocation, RandomGenerator random) {
    this.allocation = allocation;
    this.random = random;
    this.extentEnds = new long[allocation.extents().size()];
    long end = 0;
    for (int i = 0; i < extentEnds.length; i++) {
      end += allocation.extents().get(i).lengthBytes();
      extentEnds[i] = end;
    }
  }

  /**
   * Writes changes until as much has changed as is wanted.
   *
   * @param before the image as it was
   * @param after a copy of it, which is changed
   * @param wantedBytes half of what is allocated at most
   * @return how much has changed, in whole blocks of 4 KiB
   */
  long apply(Path before, Path after, long wantedBytes) throws IOException {
    if (wantedBytes > allocation.bytes() / 2) {
      throw new IllegalArgumentException(
          "%d bytes of changes in %d".formatted(wantedBytes, allocation.bytes()));
    }
    var piece = ByteBuffer.allocate(BLOCK_BYTES << PIECE_DOUBLINGS);
    try (var source = FileChannel.open(before);
        var target = FileChannel.open(after, StandardOpenOption.WRITE)) {
      while ((long) changedBlocks.cardinality() * BLOCK_BYTES < wantedBytes) {
        Extent place = place();
        piece.clear().limit((int) place.lengthBytes());
        read(source, elsewhere(place.lengthBytes()), piece);
        write(target, place.offsetBytes(), piece.flip());
        int firstBlock = Math.toIntExact(place.offsetBytes() / BLOCK_BYTES);
        int endBlock = Math.toIntExact(Math.ceilDiv(place.endBytes(), (long) BLOCK_BYTES));
        changedBlocks.set(firstBlock, endBlock);
      }
      target.force(true);
    }
    return (long) changedBlocks.cardinality() * BLOCK_BYTES;
  }

  /** A piece within one extent of data. */
  private Extent place() {
    long at = random.nextLong(extentEnds[extentEnds.length - 1]);
    Extent extent = allocation.extents().get(extentAt(at));
    long skipped = at - (extentEnds[extentAt(at)] - extent.lengthBytes());
    long offset = extent.offsetBytes() + skipped / BLOCK_BYTES * BLOCK_BYTES;
    long length = (long) BLOCK_BYTES << random.nextInt(PIECE_DOUBLINGS + 1);
    return new Extent(offset, Math.min(length, extent.endBytes() - offset), Extent.Kind.DATA);
  }

  /** Which extent has a byte, counted through all data. */
  private int extentAt(long at) {
    int low = 0;
    int high = extentEnds.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (at < extentEnds[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Where data lies, at an odd number, with so many bytes behind it. */
  private long elsewhere(long lengthBytes) {
    long offset = place().offsetBytes() + 1 + 2L * random.nextInt(BLOCK_BYTES / 2);
    return Math.clamp(offset, 0, Math.max(0, allocation.sizeBytes() - lengthBytes - 1));
  }

  private static void read(FileChannel source, long offsetBytes, ByteBuffer piece)
      throws IOException {
    long at = offsetBytes;
    while (piece.hasRemaining()) {
      int count = source.read(piece, at);
      if (count < 0) {
        throw new EOFException("the image ends before byte " + (at + piece.remaining()));
      }
      at += count;
    }
  }

  private static void write(FileChannel target, long offsetBytes, ByteBuffer piece)
      throws IOException {
    long at = offsetBytes;
    while (piece.hasRemaining()) {
      at += target.write(piece, at);
    }
  }
}
