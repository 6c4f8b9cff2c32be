package atoll.format;

import atoll.format.Extent.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A file or block device whose bytes are the image. There is nothing beneath it: its holes are
 * zeros, and where the file system cannot tell holes all is data.
 *
 * <p>The file must not be written to or cut meanwhile. An interrupted thread fails with {@link
 * java.nio.channels.ClosedByInterruptException} and disturbs no other.
 *
 * <p>Source: Linux man-pages, lseek(2), "Seeking file data and holes".
 */
public final class RawImage implements BlockImage {
  private final ImageFile file;

  private RawImage(ImageFile file) {
    this.file = file;
  }

  /** Opens an image; its size is that of the file now. */
  public static RawImage open(Path path) throws IOException {
    return of(HostFile.open(path));
  }

  /** The bytes of an open file; closing the image closes it. */
  public static RawImage of(ImageFile file) {
    return new RawImage(file);
  }

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes());
    file.read(offsetBytes, destination);
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    var joiner = new ExtentJoiner(offsetBytes, visitor);
    long end = offsetBytes + lengthBytes;
    long position = offsetBytes;
    while (position < end) {
      long data = Math.min(end, file.dataFrom(position));
      long hole = data == end ? end : Math.min(end, file.holeFrom(data));
      joiner.add(Kind.ZERO, data - position);
      joiner.add(Kind.DATA, hole - data);
      position = hole;
    }
    joiner.finish();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
