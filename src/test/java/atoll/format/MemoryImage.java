package atoll.format;

import atoll.format.Extent.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** An image in memory, with a kind for each block. */
final class MemoryImage implements BlockImage {
  private static final int BLOCK = 16;
  private static final List<Kind> KINDS = List.of(Kind.DATA, Kind.ZERO, Kind.ABSENT);

  private final byte[] content;
  private final Kind[] kinds;
  private boolean closed;

  private MemoryImage(byte[] content, Kind[] kinds) {
    this.content = content;
    this.kinds = kinds;
  }

  static MemoryImage random(RandomGenerator random, int sizeBytes) {
    var content = new byte[sizeBytes];
    var kinds = new Kind[Math.ceilDiv(sizeBytes, BLOCK)];
    for (int i = 0; i < sizeBytes; i++) {
      if (i % BLOCK == 0) {
        kinds[i / BLOCK] = KINDS.get(random.nextInt(KINDS.size()));
      }
      content[i] = kinds[i / BLOCK] == Kind.DATA ? (byte) random.nextInt() : 0;
    }
    return new MemoryImage(content, kinds);
  }

  byte byteAt(int offset) {
    return content[offset];
  }

  Kind kindAt(int offset) {
    return kinds[offset / BLOCK];
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public long sizeBytes() {
    return content.length;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes());
    destination.put(content, (int) offsetBytes, destination.remaining());
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    var joiner = new ExtentJoiner(offsetBytes, visitor);
    for (long i = offsetBytes; i < offsetBytes + lengthBytes; i++) {
      joiner.add(kindAt((int) i), 1);
    }
    joiner.finish();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    if (content.length == 13) {
      throw new IOException("cannot close");
    }
  }
}
