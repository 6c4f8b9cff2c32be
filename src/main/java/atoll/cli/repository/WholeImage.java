package atoll.cli.repository;

import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An image that is everything, not the difference to something: what it does not hold is zeros. */
record WholeImage(BlockImage image) implements BlockImage {
  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    image.read(offsetBytes, destination);
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    var zeros = new long[] {offsetBytes, offsetBytes};
    image.extents(
        offsetBytes,
        lengthBytes,
        extent -> {
          if (extent.kind() != Extent.Kind.DATA) {
            zeros[1] = extent.endBytes();
            return;
          }
          flush(zeros, visitor);
          visitor.visit(extent);
          zeros[0] = extent.endBytes();
          zeros[1] = zeros[0];
        });
    flush(zeros, visitor);
  }

  /** Zeros that were absent beside zeros that were not are one extent. */
  private static void flush(long[] zeros, ExtentVisitor visitor) throws IOException {
    if (zeros[1] > zeros[0]) {
      visitor.visit(new Extent(zeros[0], zeros[1] - zeros[0], Extent.Kind.ZERO));
    }
  }

  @Override
  public void close() throws IOException {
    image.close();
  }
}
