package atoll.repository;

import atoll.format.BlockImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A fingerprint of a volume's content and length: the same in every repository, and computed from
 * any image without a key. Two digests of the same parameters are equal if and only if the content
 * is.
 *
 * <p>Source: docs/repository-format.md, "Pointer table".
 *
 * @param text chunk size and fan-out, then 64 hexadecimal digits: {@code 64k/256:...}
 */
public record ContentDigest(String text) {
  private static final Pattern TEXT = Pattern.compile("(\\d{2,4})k/256:[0-9a-f]{64}");

  public ContentDigest {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException("not a content digest: " + text);
    }
  }

  /**
   * Computes the digest of an image from its data; what its extents call zero or absent counts as
   * zeros and is not read.
   *
   * @param chunkSizeBytes a power of two from 16 KiB to 4 MiB
   */
  public static ContentDigest of(BlockImage image, int chunkSizeBytes) throws IOException {
    return new ImageHasher(image, new TableShape(image.sizeBytes(), chunkSizeBytes)).digest();
  }

  static ContentDigest of(TableShape shape, @Nullable Digest root) {
    var buffer = ByteBuffer.allocate(16 + 4 + 4 + 8 + 1 + Digest.BYTES);
    buffer.put(ObjectNames.data("atoll content v1"));
    buffer.putInt(shape.chunkSizeBytes()).putInt(Node.FAN_OUT);
    buffer.putLong(shape.sizeBytes()).put((byte) shape.depth());
    (root == null ? new Digest(0, 0, 0, 0) : root).writeTo(buffer);
    Digest digest = new Sha256().digest(buffer.array(), 0, buffer.capacity());
    return new ContentDigest(
        "%dk/%d:%s".formatted(shape.chunkSizeBytes() >> 10, Node.FAN_OUT, digest));
  }

  @Override
  public String toString() {
    return text;
  }
}
