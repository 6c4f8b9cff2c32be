package atoll.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A regular file or block device of this host, open to be read at any position by any thread.
 *
 * <p>Java closes a {@link FileChannel} when a thread that reads from it is interrupted, for all
 * threads. Here only the interrupted thread fails, with {@link ClosedByInterruptException}; the
 * others go on with a new channel to the same file, also when it was renamed or deleted meanwhile:
 * the file is held by a descriptor of its own.
 */
public final class HostFile implements ImageFile {
  private static final int FILE_TYPE = 0170000;
  private static final int REGULAR_FILE = 0100000;
  private static final int BLOCK_DEVICE = 0060000;

  private final Path path;
  private final int descriptor;
  private final long sizeBytes;
  private volatile FileChannel channel;
  private boolean closed;

  private HostFile(Path path, int descriptor, long sizeBytes, FileChannel channel) {
    this.path = path;
    this.descriptor = descriptor;
    this.sizeBytes = sizeBytes;
    this.channel = channel;
  }

  /**
   * Opens a file to read.
   *
   * @throws FileSystemException if it cannot be opened, or is a directory, a pipe or the like
   */
  public static HostFile open(Path path) throws IOException {
    // Without O_NONBLOCK a pipe under this name would hang us here.
    int descriptor = LibC.open(path.toString(), LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
    if (descriptor < 0) {
      throw openFailed(path, -descriptor);
    }
    try {
      int type = (int) Files.getAttribute(again(descriptor), "unix:mode") & FILE_TYPE;
      if (type != REGULAR_FILE && type != BLOCK_DEVICE) {
        throw new FileSystemException(path.toString(), null, "neither a file nor a block device");
      }
      long sizeBytes = LibC.lseek(descriptor, 0, LibC.SEEK_END);
      if (sizeBytes < 0) {
        throw new FileSystemException(path.toString(), null, "lseek: error " + -sizeBytes);
      }
      return new HostFile(path, descriptor, sizeBytes, channel(descriptor));
    } catch (IOException | RuntimeException e) {
      LibC.close(descriptor);
      throw e;
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public boolean isSameFile(ImageFile other) throws IOException {
    return other instanceof HostFile file && identity().equals(file.identity());
  }

  private synchronized Map<String, Object> identity() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    return Files.readAttributes(again(descriptor), "unix:dev,ino");
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    long start = offsetBytes - destination.position();
    while (destination.hasRemaining()) {
      FileChannel current = channel;
      try {
        if (current.read(destination, start + destination.position()) < 0) {
          throw new EOFException(
              path + ": ends before byte " + (start + destination.limit()) + " to be read");
        }
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (ClosedChannelException e) {
        reopen();
      }
    }
  }

  @Override
  public long dataFrom(long offsetBytes) throws IOException {
    long position = seek(offsetBytes, LibC.SEEK_DATA);
    if (position == -LibC.ENXIO) {
      checkNotShorter();
      return sizeBytes;
    }
    return cannotTell(position) ? offsetBytes : checked(position);
  }

  @Override
  public long holeFrom(long offsetBytes) throws IOException {
    long position = seek(offsetBytes, LibC.SEEK_HOLE);
    return cannotTell(position) ? sizeBytes : checked(position);
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

  /** A file that was cut off must not look like one that ends in a hole. */
  private void checkNotShorter() throws IOException {
    long now = checked(seek(0, LibC.SEEK_END));
    if (now < sizeBytes) {
      throw new EOFException(path + ": was " + sizeBytes + " bytes long, is " + now);
    }
  }

  /** Under the lock: the number of a closed descriptor may already be another file's. */
  private synchronized long seek(long offsetBytes, int whence) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    return LibC.lseek(descriptor, offsetBytes, whence);
  }

  private synchronized void reopen() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (!channel.isOpen()) {
      channel = channel(descriptor);
    }
  }

  private long checked(long position) throws IOException {
    if (position < 0) {
      throw new FileSystemException(path.toString(), null, "lseek: error " + -position);
    }
    return position;
  }

  /** Block devices and some file systems know nothing of holes. */
  private static boolean cannotTell(long position) {
    return position == -LibC.EINVAL || position == -LibC.EOPNOTSUPP;
  }

  private static FileChannel channel(int descriptor) throws IOException {
    return FileChannel.open(again(descriptor), StandardOpenOption.READ);
  }

  /** Opens the file behind a descriptor once more, whatever its name is by now. */
  private static Path again(int descriptor) {
    return Path.of("/proc/self/fd/" + descriptor);
  }

  private static FileSystemException openFailed(Path path, int error) {
    return switch (error) {
      case LibC.ENOENT -> new NoSuchFileException(path.toString());
      case LibC.EACCES -> new AccessDeniedException(path.toString());
      default -> new FileSystemException(path.toString(), null, "open: error " + error);
    };
  }
}
