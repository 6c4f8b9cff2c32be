package atoll.engine;

import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The content of a volume that nothing was ever written to. */
record BlankImage(long sizeBytes) implements BlockImage {
  @Override
  public void read(long offsetBytes, ByteBuffer destination) {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes);
    while (destination.remaining() >= Long.BYTES) {
      destination.putLong(0);
    }
    while (destination.hasRemaining()) {
      destination.put((byte) 0);
    }
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes);
    if (lengthBytes > 0) {
      visitor.visit(new Extent(offsetBytes, lengthBytes, Extent.Kind.ABSENT));
    }
  }

  @Override
  public void close() {}
}
