package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that takes all the space there is on a small file system of its own. */
final class Balloon {
  private static final long LAST_BYTES = 32 << 20;

  private final Path folder;

  Balloon(Path folder) {
    this.folder = folder;
  }

  /** Mounts a file system of a size on {@code folder}; false if this user may not. */
  static boolean mount(Path folder, int mib) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    return run("mount", "-t", "tmpfs", "-o", "size=" + mib + "m", "tmpfs", folder.toString()) == 0;
  }

  /** Lazily: a machine that was killed just now may still be at its end. */
  static void unmount(Path folder) throws IOException, InterruptedException {
    assertThat(run("umount", "--lazy", folder.toString())).as("umount %s", folder).isZero();
  }

  private Path file() {
    return folder.resolve("balloon");
  }

  /** Takes it all. */
  void inflate() throws IOException, InterruptedException {
    long free = folder.toFile().getUsableSpace() - LAST_BYTES;
    if (free > 0) {
      // Fails if somebody takes space meanwhile; then all of it is written below.
      int _ = run("fallocate", "-l", Long.toString(free), file().toString());
    }
    try (FileChannel channel =
        FileChannel.open(file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) { // until there is no space, whoever takes some meanwhile
        channel.write(ByteBuffer.allocate(1 << 16));
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  /** Gives it back. */
  void burst() {
    try {
      Files.deleteIfExists(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }
}
