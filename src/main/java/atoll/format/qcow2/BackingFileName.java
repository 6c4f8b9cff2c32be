package atoll.format.qcow2;

import atoll.format.CorruptImageException;
import atoll.format.HostFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Changes the name of the backing file in an image's header, and nothing else: what the disk reads
 * as is another then, unless the caller knows better.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Header": the name lies in the first cluster, and QEMU and
 * {@link HeaderWriter} put nothing behind it.
 */
public final class BackingFileName {
  private static final int OFFSET_AT = 8;
  private static final int LENGTH_AT = 16;

  private BackingFileName() {}

  /**
   * Has an image that nobody has open name another backing file; durable on return.
   *
   * @throws CorruptImageException if it is no image that can be read, names no backing file, or has
   *     no room for the name
   */
  public static void write(Path image, String name) throws IOException {
    Qcow2Header header;
    try (HostFile file = HostFile.open(image)) {
      header = HeaderReader.read(file);
    }
    Qcow2Spec.checkBackingFile(name, header.clusterBits());
    if (header.backingFile() == null) {
      throw new CorruptImageException(image, "backing_file_offset", "is 0: it has no backing file");
    }
    try (var file = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer first = ByteBuffer.allocate(header.clusterBytes());
      while (first.hasRemaining() && file.read(first, first.position()) >= 0) {}
      int end = put(image, first, name.getBytes(StandardCharsets.UTF_8));
      first.position(0).limit(end);
      while (first.hasRemaining()) {
        file.write(first, first.position());
      }
      file.force(false);
    }
  }

  /** Returns where what has changed ends. */
  private static int put(Path image, ByteBuffer header, byte[] name) throws IOException {
    int at = (int) header.getLong(OFFSET_AT);
    int oldEnd = at + header.getInt(LENGTH_AT);
    int end = at + name.length;
    for (int i = oldEnd; i < end; i++) {
      if (i >= header.capacity() || header.get(i) != 0) {
        throw new CorruptImageException(
            image, "backing_file_size", "cannot grow to " + name.length + " bytes");
      }
    }
    header.putInt(LENGTH_AT, name.length).put(at, name);
    for (int i = end; i < oldEnd; i++) {
      header.put(i, (byte) 0);
    }
    return Math.max(end, oldEnd);
  }
}
