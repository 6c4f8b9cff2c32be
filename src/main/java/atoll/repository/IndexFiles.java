package atoll.repository;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A process's own index file among those of a repository: {@code <cache>/<repository>/index-<n>},
 * the first whose lock nobody holds.
 *
 * <p>Where locks are released with any channel of the file, a second repository opened in one
 * process may take the first one's lock away, and another process its file. Entries check
 * themselves, so that costs entries and no more.
 */
final class IndexFiles implements AutoCloseable {
  /** More processes at once than this on one cache work without an index. */
  private static final int FILES_MAX = 16;

  private final FileChannel lock;
  private final ChunkIndex index;

  private IndexFiles(FileChannel lock, ChunkIndex index) {
    this.lock = lock;
    this.index = index;
  }

  /** Takes a file and opens the index in it; nothing if all are taken. */
  static @Nullable IndexFiles open(Path cacheDirectory, UUID repository) throws IOException {
    Path folder = Files.createDirectories(cacheDirectory.resolve(repository.toString()));
    for (int number = 0; number < FILES_MAX; number++) {
      FileChannel lock = tryLock(folder.resolve("index-" + number + ".lock"));
      if (lock == null) {
        continue;
      }
      try {
        return new IndexFiles(lock, ChunkIndex.open(folder.resolve("index-" + number), repository));
      } catch (IOException e) {
        lock.close();
        throw e;
      }
    }
    return null;
  }

  private static @Nullable FileChannel tryLock(Path file) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null; // held in this process
    }
    if (lock == null) {
      channel.close();
      return null;
    }
    return channel;
  }

  ChunkIndex index() {
    return index;
  }

  @Override
  public void close() throws IOException {
    index.close();
    lock.close();
  }
}
