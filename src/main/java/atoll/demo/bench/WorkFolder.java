package atoll.demo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a benchmark works; removed with all that is in it when closed, unless it is to be kept.
 *
 * @param path absolute
 */
public record WorkFolder(Path path, boolean isKept) implements AutoCloseable {
  /**
   * Makes one.
   *
   * @param parent in which it is made; in the temporary folder if null
   */
  public static WorkFolder make(@Nullable Path parent, boolean isKept) throws IOException {
    String prefix = "atoll-bench-";
    Path path =
        parent == null
            ? Files.createTempDirectory(prefix)
            : Files.createTempDirectory(Files.createDirectories(parent).toAbsolutePath(), prefix);
    return new WorkFolder(path.toAbsolutePath(), isKept);
  }

  /**
   * Sees that there is room.
   *
   * @throws IOException if there is not; the message says what can be done
   */
  void requireSpace(long bytes) throws IOException {
    long free = Files.getFileStore(path).getUsableSpace();
    if (free < bytes) {
      throw new IOException(
          "%s has %,d MiB of free space, up to %,d MiB are needed; name another folder with --work, or measure less with --size and --content-bytes"
              .formatted(path.getParent(), free >> 20, bytes >> 20));
    }
  }

  @Override
  public void close() throws IOException {
    if (!isKept) {
      new FileTree(path).delete();
    }
  }
}
