package atoll.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A block device of this host, open to be overwritten in place. Written to at any place, by any
 * thread; an interrupt ends the writing for all of them.
 *
 * <p>As long as it is open nobody can mount it, nor can anything else that wants it for itself open
 * it.
 */
public final class BlockDevice implements BlockWriter, Closeable {
  private static final int FILE_TYPE = 0170000;
  private static final int TYPE = 0060000;
  private static final int SECTOR_BYTES = 4096;
  private static final int ZEROS_BYTES = 1 << 20;

  private final Path path;
  private final int descriptor;
  private final long sizeBytes;
  private final FileChannel channel;
  private boolean closed;

  private BlockDevice(Path path, int descriptor, long sizeBytes, FileChannel channel) {
    this.path = path;
    this.descriptor = descriptor;
    this.sizeBytes = sizeBytes;
    this.channel = channel;
  }

  /** Whether a path, or what it links to, is a block device. */
  public static boolean is(Path path) throws IOException {
    return Files.exists(path) && isOfType((int) Files.getAttribute(path, "unix:mode"));
  }

  private static boolean isOfType(int mode) {
    return (mode & FILE_TYPE) == TYPE;
  }

  /**
   * Opens a device to write; changes nothing yet.
   *
   * @throws FileSystemException if it is mounted or otherwise in use, or cannot be opened
   */
  public static BlockDevice open(Path path) throws IOException {
    int descriptor =
        LibC.open(path.toString(), LibC.O_RDWR | LibC.O_EXCL | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
    if (descriptor < 0) {
      throw new FileSystemException(
          path.toString(),
          null,
          descriptor == -LibC.EBUSY
              ? "the device is in use: mounted, or part of something"
              : "open: error " + -descriptor);
    }
    try {
      Path again = Path.of("/proc/self/fd/" + descriptor);
      if (!isOfType((int) Files.getAttribute(again, "unix:mode"))) {
        throw new FileSystemException(path.toString(), null, "not a block device");
      }
      long sizeBytes = LibC.lseek(descriptor, 0, LibC.SEEK_END);
      if (sizeBytes < 0) {
        throw new FileSystemException(path.toString(), null, "lseek: error " + -sizeBytes);
      }
      FileChannel channel =
          FileChannel.open(again, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new BlockDevice(path, descriptor, sizeBytes, channel);
    } catch (IOException | RuntimeException e) {
      LibC.close(descriptor);
      throw e;
    }
  }

  /** How long it is. */
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void write(long offsetBytes, ByteBuffer content) throws IOException {
    long start = offsetBytes - content.position();
    while (content.hasRemaining()) {
      channel.write(content, start + content.position());
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
    if (from == to || !discard(from, to - from)) {
      writeZeros(offsetBytes, end);
      return;
    }
    writeZeros(offsetBytes, from);
    writeZeros(to, end);
  }

  private static long roundUp(long offsetBytes) {
    return Math.ceilDiv(offsetBytes, SECTOR_BYTES) * SECTOR_BYTES;
  }

  private synchronized boolean discard(long offsetBytes, long lengthBytes) {
    return !closed
        && LibC.fallocate(descriptor, LibC.PUNCH_HOLE_KEEP_SIZE, offsetBytes, lengthBytes) == 0;
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
    channel.force(true);
  }

  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      channel.close();
    } finally {
      LibC.close(descriptor);
    }
  }

  @Override
  public String toString() {
    return "block device " + path;
  }
}
