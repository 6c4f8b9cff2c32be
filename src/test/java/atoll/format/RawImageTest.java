package atoll.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawImageTest extends BlockImageContract {
  private static final int BLOCK = 64 << 10;
  private static final int SIZE = 16 * BLOCK + 1000;

  @TempDir Path folder;
  private Path path;

  /** Data in blocks 2, 3 and 7; the rest is a hole. */
  @BeforeEach
  void write() throws IOException {
    path = folder.resolve("image.raw");
    try (var channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int block : new int[] {2, 3, 7}) {
        channel.write(ByteBuffer.wrap(expected(), block * BLOCK, BLOCK), (long) block * BLOCK);
      }
      channel.write(ByteBuffer.allocate(1), SIZE - 1);
    }
  }

  @Override
  protected BlockImage open() throws IOException {
    return RawImage.open(path);
  }

  @Override
  protected byte[] expected() {
    var content = new byte[SIZE];
    Arrays.fill(content, 2 * BLOCK, 4 * BLOCK, (byte) 5);
    Arrays.fill(content, 7 * BLOCK, 8 * BLOCK, (byte) 6);
    return content;
  }

  @Test
  void holesAreZeros() throws IOException {
    try (var image = RawImage.open(path)) {
      assertThat(Images.extents(image, 0, 10 * BLOCK))
          .isEqualTo(
              List.of(
                  new Extent(0, 2 * BLOCK, Kind.ZERO),
                  new Extent(2 * BLOCK, 2 * BLOCK, Kind.DATA),
                  new Extent(4 * BLOCK, 3 * BLOCK, Kind.ZERO),
                  new Extent(7 * BLOCK, BLOCK, Kind.DATA),
                  new Extent(8 * BLOCK, 2 * BLOCK, Kind.ZERO)));
    }
  }

  @Test
  void emptyFileIsAnEmptyImage() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty"));
    try (var image = RawImage.open(empty)) {
      assertThat(image.sizeBytes()).isZero();
      assertThat(Images.extents(image)).isEmpty();
    }
  }

  @Test
  void fileThatWasCutIsNotTakenForZeros() throws IOException {
    try (var image = RawImage.open(path)) {
      try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(5 * BLOCK);
      }
      assertThatThrownBy(() -> Images.extents(image)).isInstanceOf(EOFException.class);
      assertThatThrownBy(() -> Images.content(image)).isInstanceOf(EOFException.class);
    }
  }
}
