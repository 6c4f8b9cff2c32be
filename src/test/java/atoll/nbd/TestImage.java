package atoll.nbd;

import atoll.format.BlockImage;
import atoll.format.Extent.Kind;
import atoll.format.ExtentJoiner;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * An image in memory, with a kind for each block, that may fail, and be looked at while it reads.
 */
final class TestImage implements BlockImage {
  private static final List<Kind> KINDS = List.of(Kind.DATA, Kind.ZERO, Kind.ABSENT);

  /** Something that happens before a range is read. */
  interface Hook {
    void read(long offsetBytes, int lengthBytes) throws IOException;
  }

  private final byte[] content;
  private final int blockBytes;
  private final Kind[] kinds;
  private volatile Hook hook = (_, _) -> {};

  private TestImage(byte[] content, int blockBytes, Kind[] kinds) {
    this.content = content;
    this.blockBytes = blockBytes;
    this.kinds = kinds;
  }

  /** All data, and no two bytes that follow one another alike. */
  static TestImage full(int sizeBytes) {
    var content = new byte[sizeBytes];
    for (int i = 0; i < sizeBytes; i++) {
      content[i] = (byte) (i * 31 + i / 256 + 1);
    }
    return new TestImage(content, sizeBytes, new Kind[] {Kind.DATA});
  }

  /** Data with such kinds of blocks. */
  static TestImage of(int blockBytes, Kind... kinds) {
    TestImage image = new TestImage(new byte[blockBytes * kinds.length], blockBytes, kinds);
    for (int i = 0; i < image.content.length; i++) {
      image.content[i] = kinds[i / blockBytes] == Kind.DATA ? (byte) (i / 7 + 1) : 0;
    }
    return image;
  }

  /** Blocks of random kinds and content; some blocks of data are zeros. */
  static TestImage random(RandomGenerator random, int blockBytes, int sizeBytes) {
    var content = new byte[sizeBytes];
    var kinds = new Kind[Math.ceilDiv(sizeBytes, blockBytes)];
    for (int block = 0; block < kinds.length; block++) {
      boolean isLikeBefore = block > 0 && random.nextInt(3) > 0;
      kinds[block] = isLikeBefore ? kinds[block - 1] : KINDS.get(random.nextInt(KINDS.size()));
      if (kinds[block] == Kind.DATA && random.nextInt(4) > 0) {
        int from = block * blockBytes;
        for (int i = from; i < Math.min(sizeBytes, from + blockBytes); i++) {
          content[i] = (byte) random.nextInt();
        }
      }
    }
    return new TestImage(content, blockBytes, kinds);
  }

  /** Has something happen before each read. */
  void onRead(Hook newHook) {
    hook = newHook;
  }

  byte[] bytes(long offsetBytes, int lengthBytes) {
    return Arrays.copyOfRange(content, (int) offsetBytes, (int) offsetBytes + lengthBytes);
  }

  /** Whether the byte at this offset is said to be data. */
  boolean isData(long offsetBytes) {
    return kinds[(int) (offsetBytes / blockBytes)] == Kind.DATA;
  }

  @Override
  public long sizeBytes() {
    return content.length;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes());
    hook.read(offsetBytes, destination.remaining());
    destination.put(content, (int) offsetBytes, destination.remaining());
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    var joiner = new ExtentJoiner(offsetBytes, visitor);
    long at = offsetBytes;
    long end = offsetBytes + lengthBytes;
    while (at < end) {
      int block = (int) (at / blockBytes);
      long next = Math.min(end, (block + 1L) * blockBytes);
      joiner.add(kinds[block], next - at);
      at = next;
    }
    joiner.finish();
  }

  @Override
  public void close() {
    throw new IllegalStateException("the server must not close what is not its own");
  }
}
