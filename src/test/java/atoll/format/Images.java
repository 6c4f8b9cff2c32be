package atoll.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What tests ask of images. */
public final class Images {
  private Images() {}

  /** The whole content. */
  public static byte[] content(BlockImage image) throws IOException {
    return content(image, 0, Math.toIntExact(image.sizeBytes()));
  }

  /** A part of the content. */
  public static byte[] content(BlockImage image, long offsetBytes, int lengthBytes)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(lengthBytes);
    image.read(offsetBytes, bytes);
    return bytes.array();
  }

  /** All extents. */
  public static List<Extent> extents(BlockImage image) throws IOException {
    return extents(image, 0, image.sizeBytes());
  }

  /** The extents of a range. */
  public static List<Extent> extents(BlockImage image, long offsetBytes, long lengthBytes)
      throws IOException {
    List<Extent> extents = new ArrayList<>();
    image.extents(offsetBytes, lengthBytes, extents::add);
    return extents;
  }

  /** The parts of extents that lie in a range. */
  public static List<Extent> cut(List<Extent> extents, long offsetBytes, long lengthBytes) {
    List<Extent> cut = new ArrayList<>();
    for (Extent extent : extents) {
      long start = Math.max(offsetBytes, extent.offsetBytes());
      long end = Math.min(offsetBytes + lengthBytes, extent.endBytes());
      if (start < end) {
        cut.add(new Extent(start, end - start, extent.kind()));
      }
    }
    return cut;
  }

  /**
   * What {@code below} becomes, at the length of {@code image}, when the extents of {@code image}
   * are put over it: how an incremental backup makes the next snapshot of the last.
   */
  public static byte[] over(byte[] below, BlockImage image) throws IOException {
    byte[] content = Arrays.copyOf(below, Math.toIntExact(image.sizeBytes()));
    for (Extent extent : extents(image)) {
      int start = (int) extent.offsetBytes();
      int length = (int) extent.lengthBytes();
      switch (extent.kind()) {
        case DATA -> System.arraycopy(content(image, start, length), 0, content, start, length);
        case ZERO -> Arrays.fill(content, start, start + length, (byte) 0);
        case ABSENT -> {}
      }
    }
    return content;
  }
}
