package atoll.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A block device of this host, open to be overwritten in place. Written to at any place, by any
 * thread; an interrupt ends the writing for all of them.
 *
 * <p>As long as it is open nobody can mount it, nor can anything else that wants it for itself open
 * it.
 */
public final class BlockDevice implements BlockWriter, Closeable {
  private static final int SECTOR_BYTES = 4096;
  private static final int ZEROS_BYTES = 1 << 20;

  private final HeldFile file;

  private BlockDevice(HeldFile file) {
    this.file = file;
  }

  /** Whether a path, or what it links to, is a block device. */
  public static boolean is(Path path) throws IOException {
    return Files.exists(path) && HeldFile.type(path) == HeldFile.BLOCK_DEVICE;
  }

  /**
   * Opens a device to write; changes nothing yet.
   *
   * @throws FileSystemException if it is mounted or otherwise in use, or cannot be opened
   */
  public static BlockDevice open(Path path) throws IOException {
    return new BlockDevice(
        HeldFile.open(
            path,
            LibC.O_RDWR | LibC.O_EXCL,
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE),
            Set.of(HeldFile.BLOCK_DEVICE),
            "not a block device"));
  }

  /** How long it is. */
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public void write(long offsetBytes, ByteBuffer content) throws IOException {
    long start = offsetBytes - content.position();
    while (content.hasRemaining()) {
      file.channel().write(content, start + content.position());
    }
  }

  /**
   * Makes a range read as zeros: discarded where the device promises zeros for that, else written.
   * By one thread at a time.
   */
  public void zero(long offsetBytes, long lengthBytes) throws IOException {
    long end = offsetBytes + lengthBytes;
    long from = Math.min(end, roundUp(offsetBytes));
    long to = Math.max(from, end - end % SECTOR_BYTES);
    if (from == to || !file.punchHole(from, to - from)) {
      writeZeros(offsetBytes, end);
      return;
    }
    writeZeros(offsetBytes, from);
    writeZeros(to, end);
  }

  private static long roundUp(long offsetBytes) {
    return Math.ceilDiv(offsetBytes, SECTOR_BYTES) * SECTOR_BYTES;
  }

  private void writeZeros(long fromBytes, long toBytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(ZEROS_BYTES, toBytes - fromBytes));
    for (long at = fromBytes; at < toBytes; at += zeros.capacity()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), toBytes - at));
      write(at, zeros);
    }
  }

  /** Makes durable what was written. */
  public void force() throws IOException {
    file.channel().force(true);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return "block device " + file.path();
  }
}
