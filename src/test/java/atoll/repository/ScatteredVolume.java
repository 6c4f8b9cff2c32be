package atoll.repository;

import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A volume with single chunks here and there, each of which can be computed and is like no other; a
 * byte of memory for each. Its extents are those that changed last.
 */
final class ScatteredVolume implements BlockImage {
  static final int CHUNK_BYTES = 64 << 10;

  /** What makes a chunk unlike all others; the rest of it is one byte again and again. */
  private static final int HEAD_BYTES = 64;

  private final long sizeBytes;
  private final int chunks;
  private final long strideBytes;
  private final byte[] generations;
  private byte generation;

  ScatteredVolume(long sizeBytes, int chunks) {
    this.sizeBytes = sizeBytes;
    this.chunks = chunks;
    this.strideBytes = sizeBytes / chunks / CHUNK_BYTES * CHUNK_BYTES;
    this.generations = new byte[chunks];
  }

  /** Changes every so many of its chunks, at random; gives how many. */
  int change(SplittableRandom random, int oneOf) {
    generation++;
    int changed = 0;
    for (int i = 0; i < chunks; i++) {
      if (random.nextInt(oneOf) == 0) {
        generations[i] = generation;
        changed++;
      }
    }
    return changed;
  }

  /** Where a chunk is: in the first half of its share of the volume, so never beside another. */
  private long offsetBytes(long chunk) {
    long slots = strideBytes / CHUNK_BYTES / 2;
    return chunk * strideBytes + mixed(chunk) % slots * CHUNK_BYTES;
  }

  private static long mixed(long value) {
    long mixed = (value + 1) * 0x9E37_79B9_7F4A_7C15L;
    return (mixed ^ (mixed >>> 29)) >>> 8;
  }

  /** Whether a range is as it should be. */
  boolean has(long offsetBytes, ByteBuffer content) throws IOException {
    ByteBuffer expected = ByteBuffer.allocate(content.remaining());
    read(offsetBytes, expected);
    return expected.flip().equals(content);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    if (offsetBytes % CHUNK_BYTES != 0 || destination.remaining() % CHUNK_BYTES != 0) {
      throw new IOException("only whole chunks are read");
    }
    long at = offsetBytes;
    while (destination.hasRemaining()) {
      destination.put(chunkAt(at));
      at += CHUNK_BYTES;
    }
  }

  private byte[] chunkAt(long offsetBytes) {
    var bytes = new byte[CHUNK_BYTES];
    long chunk = offsetBytes / strideBytes;
    if (chunk < chunks && offsetBytes(chunk) == offsetBytes) {
      Arrays.fill(bytes, (byte) chunk);
      var head = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      var random = new SplittableRandom(chunk * 256 + generations[(int) chunk]);
      while (head.position() < HEAD_BYTES) {
        head.putLong(random.nextLong());
      }
    }
    return bytes;
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    long end = offsetBytes + lengthBytes;
    long at = offsetBytes;
    for (long chunk = offsetBytes / strideBytes; chunk < chunks; chunk++) {
      long from = offsetBytes(chunk);
      if (from >= end) {
        break;
      }
      if (from < at || generations[(int) chunk] != generation) {
        continue;
      }
      if (from > at) {
        visitor.visit(new Extent(at, from - at, Extent.Kind.ABSENT));
      }
      at = Math.min(end, from + CHUNK_BYTES);
      visitor.visit(new Extent(from, at - from, Extent.Kind.DATA));
    }
    if (at < end) {
      visitor.visit(new Extent(at, end - at, Extent.Kind.ABSENT));
    }
  }

  @Override
  public void close() {}
}
