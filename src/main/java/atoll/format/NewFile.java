package atoll.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file that is being made: deleted when it is closed, unless it is finished. Written to at any
 * place, by any thread; an interrupt ends the writing for all of them.
 */
public final class NewFile implements Closeable {
  /**
   * So much is written before the disk is made to begin with it: else it has nothing to do while
   * content is made, and all of it at the end.
   */
  private static final long WRITE_BACK_BYTES = 128L << 20;

  private final Path path;
  private final FileChannel channel;
  private final AtomicLong unforcedBytes = new AtomicLong();
  private final AtomicBoolean isForcing = new AtomicBoolean();
  private volatile boolean finished;
  private boolean closed;

  private NewFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Makes an empty file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file is there
   */
  public static NewFile create(Path path) throws IOException {
    return new NewFile(
        path,
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /** Writes all of {@code content}. */
  public void write(long offsetBytes, ByteBuffer content) throws IOException {
    checkNotFinished();
    int lengthBytes = content.remaining();
    long start = offsetBytes - content.position();
    while (content.hasRemaining()) {
      channel.write(content, start + content.position());
    }
    if (unforcedBytes.addAndGet(lengthBytes) >= WRITE_BACK_BYTES) {
      writeBack();
    }
  }

  /** One thread waits for the disk, the others write on. */
  private void writeBack() throws IOException {
    if (isForcing.compareAndSet(false, true)) {
      try {
        unforcedBytes.set(0);
        channel.force(false);
      } finally {
        isForcing.set(false);
      }
    }
  }

  /** Reads as many bytes as there are room; those behind the end of the file stay as they are. */
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    long start = offsetBytes - destination.position();
    int read = 0;
    while (destination.hasRemaining() && read >= 0) {
      read = channel.read(destination, start + destination.position());
    }
  }

  /** Makes durable that the files of a folder are there, under their names. */
  public static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** How long it is now. */
  public long sizeBytes() throws IOException {
    return channel.size();
  }

  /** Makes durable what is written, but not the file's name: {@link #syncFolder} does that. */
  public void force() throws IOException {
    channel.force(true);
  }

  /** Keeps the file; nothing can be written any more. */
  public void finish() {
    finished = true;
  }

  /** What is asked of a file that is still being made. */
  public void checkNotFinished() {
    if (finished) {
      throw new IllegalStateException(path + " is finished");
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    channel.close();
    if (!finished) {
      Files.deleteIfExists(path);
    }
  }
}
