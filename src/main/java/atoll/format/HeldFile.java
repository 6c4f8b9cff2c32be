package atoll.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/**
 * A file held by a descriptor of its own, and a channel to it. It stays the same file when it is
 * renamed or deleted, and when an interrupt closes the channel.
 */
final class HeldFile implements Closeable {
  static final int REGULAR_FILE = 0100000;
  static final int BLOCK_DEVICE = 0060000;

  private static final int TYPE = 0170000;

  private final Path path;
  private final int descriptor;
  private final long sizeBytes;
  private final Set<StandardOpenOption> options;
  private volatile FileChannel channel;
  private boolean closed;

  private HeldFile(
      Path path,
      int descriptor,
      long sizeBytes,
      Set<StandardOpenOption> options,
      FileChannel channel) {
    this.path = path;
    this.descriptor = descriptor;
    this.sizeBytes = sizeBytes;
    this.options = options;
    this.channel = channel;
  }

  /** What kind of file there is, such as {@link #REGULAR_FILE}; links are followed. */
  static int type(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & TYPE;
  }

  /**
   * Opens a file.
   *
   * @param flags of open(2)
   * @param options how its channel is opened
   * @param types the kinds of file to open
   * @param otherwise what to say of any other
   * @throws FileSystemException if it cannot be opened, or is of another kind
   */
  static HeldFile open(
      Path path, int flags, Set<StandardOpenOption> options, Set<Integer> types, String otherwise)
      throws IOException {
    // Without O_NONBLOCK a pipe under this name would hang us here.
    int descriptor = LibC.open(path.toString(), flags | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
    if (descriptor < 0) {
      throw openFailed(path, -descriptor);
    }
    try {
      if (!types.contains(type(again(descriptor)))) {
        throw new FileSystemException(path.toString(), null, otherwise);
      }
      long sizeBytes = checked(path, LibC.lseek(descriptor, 0, LibC.SEEK_END));
      FileChannel channel = FileChannel.open(again(descriptor), options);
      return new HeldFile(path, descriptor, sizeBytes, options, channel);
    } catch (IOException | RuntimeException e) {
      LibC.close(descriptor);
      throw e;
    }
  }

  private static FileSystemException openFailed(Path path, int error) {
    return switch (error) {
      case LibC.ENOENT -> new NoSuchFileException(path.toString());
      case LibC.EACCES -> new AccessDeniedException(path.toString());
      case LibC.EBUSY ->
          new FileSystemException(
              path.toString(), null, "the device is in use: mounted, or part of something");
      default -> new FileSystemException(path.toString(), null, "open: error " + error);
    };
  }

  /** Opens the file behind a descriptor once more, whatever its name is by now. */
  private static Path again(int descriptor) {
    return Path.of("/proc/self/fd/" + descriptor);
  }

  /** What it was opened as. */
  Path path() {
    return path;
  }

  /** How long it was when it was opened. */
  long sizeBytes() {
    return sizeBytes;
  }

  /** The channel of now; {@link #reopen} gives it a successor. */
  FileChannel channel() {
    return channel;
  }

  /** Opens the channel again if it is closed and this is not. */
  synchronized void reopen() throws IOException {
    requireOpen();
    if (!channel.isOpen()) {
      channel = FileChannel.open(again(descriptor), options);
    }
  }

  /** What tells this file from all others of the host. */
  synchronized Map<String, Object> identity() throws IOException {
    requireOpen();
    return Files.readAttributes(again(descriptor), "unix:dev,ino");
  }

  /** As lseek(2): a negative result is an error, which {@link #checked} throws. */
  synchronized long seek(long offsetBytes, int whence) throws ClosedChannelException {
    requireOpen();
    return LibC.lseek(descriptor, offsetBytes, whence);
  }

  /** A result of {@link #seek} that is a position. */
  long checked(long position) throws FileSystemException {
    return checked(path, position);
  }

  private static long checked(Path path, long position) throws FileSystemException {
    if (position < 0) {
      throw new FileSystemException(path.toString(), null, "lseek: error " + -position);
    }
    return position;
  }

  /** Makes a range read as zeros without writing them; says whether the file can do that. */
  synchronized boolean punchHole(long offsetBytes, long lengthBytes) throws ClosedChannelException {
    requireOpen();
    return LibC.fallocate(descriptor, LibC.PUNCH_HOLE_KEEP_SIZE, offsetBytes, lengthBytes) == 0;
  }

  /** Under the lock: the number of a closed descriptor may already be another file's. */
  private void requireOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
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
}
