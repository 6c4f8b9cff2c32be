package atoll.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A regular file or block device of this host, open to be read at any position by any thread.
 *
 * <p>Java closes a {@link FileChannel} when a thread that reads from it is interrupted, for all
 * threads. Here only the interrupted thread fails, with {@link ClosedByInterruptException}; the
 * others go on with a new channel to the same file, also when it was renamed or deleted meanwhile:
 * the file is held by a descriptor of its own.
 */
public final class HostFile implements ImageFile {
  private final HeldFile file;

  private HostFile(HeldFile file) {
    this.file = file;
  }

  /**
   * Opens a file to read.
   *
   * @throws FileSystemException if it cannot be opened, or is a directory, a pipe or the like
   */
  public static HostFile open(Path path) throws IOException {
    return new HostFile(
        HeldFile.open(
            path,
            LibC.O_RDONLY,
            Set.of(StandardOpenOption.READ),
            Set.of(HeldFile.REGULAR_FILE, HeldFile.BLOCK_DEVICE),
            "neither a file nor a block device"));
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public boolean isSameFile(ImageFile other) throws IOException {
    return other instanceof HostFile that && file.identity().equals(that.file.identity());
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    long start = offsetBytes - destination.position();
    while (destination.hasRemaining()) {
      FileChannel current = file.channel();
      try {
        if (current.read(destination, start + destination.position()) < 0) {
          throw new EOFException(
              path() + ": ends before byte " + (start + destination.limit()) + " to be read");
        }
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (ClosedChannelException e) {
        file.reopen();
      }
    }
  }

  @Override
  public long dataFrom(long offsetBytes) throws IOException {
    long position = file.seek(offsetBytes, LibC.SEEK_DATA);
    if (position == -LibC.ENXIO) {
      checkNotShorter();
      return sizeBytes();
    }
    return cannotTell(position) ? offsetBytes : file.checked(position);
  }

  @Override
  public long holeFrom(long offsetBytes) throws IOException {
    long position = file.seek(offsetBytes, LibC.SEEK_HOLE);
    return cannotTell(position) ? sizeBytes() : file.checked(position);
  }

  /** A file that was cut off must not look like one that ends in a hole. */
  private void checkNotShorter() throws IOException {
    long now = file.checked(file.seek(0, LibC.SEEK_END));
    if (now < sizeBytes()) {
      throw new EOFException(path() + ": was " + sizeBytes() + " bytes long, is " + now);
    }
  }

  /** Block devices and some file systems know nothing of holes. */
  private static boolean cannotTell(long position) {
    return position == -LibC.EINVAL || position == -LibC.EOPNOTSUPP;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
