package atoll.cli.repository;

import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.ExtentJoiner;
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
    var joiner = new ExtentJoiner(offsetBytes, visitor);
    image.extents(
        offsetBytes,
        lengthBytes,
        extent -> {
          boolean isData = extent.kind() == Extent.Kind.DATA;
          joiner.add(isData ? Extent.Kind.DATA : Extent.Kind.ZERO, extent.lengthBytes());
        });
    joiner.finish();
  }

  @Override
  public void close() throws IOException {
    image.close();
  }
}
