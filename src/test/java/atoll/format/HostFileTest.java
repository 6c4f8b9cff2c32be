package atoll.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFileTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path folder;
  private Path path;
  private byte[] content;

  @BeforeEach
  void write() throws IOException {
    path = folder.resolve("file");
    content = new byte[SIZE];
    new Random(1).nextBytes(content);
    Files.write(path, content);
  }

  private byte[] read(HostFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    file.read(0, bytes);
    return bytes.array();
  }

  @Test
  void interruptDisturbsNobodyElse() throws IOException, InterruptedException, ExecutionException {
    var done = new AtomicBoolean();
    try (var file = HostFile.open(path);
        var threads = Executors.newFixedThreadPool(1)) {
      var reader =
          threads.submit(() -> {
            int reads = 0;
            while (!done.get() || reads == 0) {
              assertThat(read(file)).isEqualTo(content);
              reads++;
            }
            return reads;
          });
      for (int i = 0; i < 100; i++) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> read(file)).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
      }
      done.set(true);
      assertThat(reader.get()).isPositive();
      assertThat(read(file)).isEqualTo(content);
    }
  }

  @Test
  void staysTheSameFileWhenAnotherTakesItsName() throws IOException {
    try (var file = HostFile.open(path)) {
      Files.delete(path);
      Files.write(path, new byte[SIZE]);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> read(file)).isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(read(file)).isEqualTo(content);
    }
  }

  @Test
  void endOfFileIsAnError() throws IOException {
    try (var file = HostFile.open(path)) {
      assertThat(file.sizeBytes()).isEqualTo(SIZE);
      assertThatThrownBy(() -> file.read(SIZE - 1, ByteBuffer.allocate(2)))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("" + (SIZE + 1));
    }
  }

  @Test
  void closedFileIsNotRead() throws IOException {
    var file = HostFile.open(path);
    file.close();
    file.close();
    assertThatThrownBy(() -> read(file)).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> file.dataFrom(0)).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void onlyFilesAndBlockDevicesAreOpened() {
    assertThatThrownBy(() -> HostFile.open(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> HostFile.open(folder))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("neither a file nor a block device");
    assertThatThrownBy(() -> HostFile.open(Path.of("/dev/zero")))
        .hasMessageContaining("neither a file nor a block device");
    assertThatThrownBy(() -> HostFile.open(path.resolve("below")))
        .isInstanceOf(FileSystemException.class);
  }
}
