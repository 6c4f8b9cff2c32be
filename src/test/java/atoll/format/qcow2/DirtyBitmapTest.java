package atoll.format.qcow2;

import static atoll.format.qcow2.ImageBytes.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DirtyBitmapTest {
  @TempDir Path folder;

  private List<DirtyBitmap> list(ImageBytes bytes) throws IOException {
    try (var image = Qcow2Image.open(bytes.write(folder.resolve("image.qcow2")))) {
      return image.dirtyBitmaps();
    }
  }

  @Test
  void directoryTellsWhatThereIs() throws IOException {
    assertThat(list(withBitmaps()))
        .containsExactly(
            new DirtyBitmap("day", 65536, false, true),
            new DirtyBitmap("the other", 512, true, false));
    assertThat(list(ImageBytes.standard(3))).isEmpty();
  }

  @Test
  void extraDataIsPassedOver() throws IOException {
    var bytes = withBitmaps();
    int entry = bytes.at(BITMAP_DIRECTORY) + 32;
    bytes.int32(entry + 20, 5).text(entry + 24, "extrathe other");
    assertThat(list(bytes).getLast().name()).isEqualTo("the other");
  }

  @Test
  void bitmapsThatAreNoLongerTrueAreNone() throws IOException {
    assertThat(list(withBitmaps().int64(AUTOCLEAR, 0).int32(EXTENSIONS + 8, 0))).isEmpty();
  }

  record Broken(String message, UnaryOperator<ImageBytes> change) {
    @Override
    public String toString() {
      return message;
    }
  }

  private static Broken extension(String message, int offset, int value) {
    return new Broken(message, i -> i.int32(EXTENSIONS + 8 + offset, value));
  }

  private static Broken entry(String message, int offset, int value) {
    return new Broken(message, i -> i.int32(i.at(BITMAP_DIRECTORY) + offset, value));
  }

  static Stream<Broken> broken() {
    return Stream.of(
        extension("bitmaps extension is 16 bytes long", -4, 16),
        extension("nb_bitmaps is 0", 0, 0),
        extension("nb_bitmaps is 65536", 0, 65536),
        extension("bitmap directory is longer than its entries", 0, 1),
        extension("bitmap_directory_size is 47", 12, 47),
        extension("bitmap_directory_size is 9223372036854775880", 8, 1 << 31),
        extension("bytes: too large", 8, 1),
        extension("bitmap_directory_offset is 4609, not at a cluster boundary", 20, 4609),
        extension("bitmap_directory_offset is 0, within the header", 20, 0),
        extension("bitmap_directory_offset is 5632, of a table beyond the end", 20, 11 * 512),
        extension("bitmap directory ends within an entry", 12, 64),
        entry("bitmap_table_size of bitmap 0 is 0", 8, 0),
        entry("bitmap_table_offset of bitmap 0 is 5121, not at a cluster", 4, 5121),
        entry("bitmap_table_offset of bitmap 0 is 5120, of a table beyond the end", 8, 65),
        entry("bitmap_table_offset of bitmap 0 is 5120, of a table of", 8, -1),
        entry("flags of bitmap 0 are 0x8", 12, 8),
        entry("type of bitmap 0 is 255", 16, 0xff100003),
        entry("granularity_bits of bitmap 0 is 8", 16, 1 << 24 | 8 << 16 | 3),
        entry("granularity_bits of bitmap 0 is 32", 16, 1 << 24 | 32 << 16 | 3),
        entry("name of bitmap 0 is 0 bytes long", 16, 1 << 24 | 16 << 16),
        entry("name of bitmap 0 is 1024 bytes long", 16, 1 << 24 | 16 << 16 | 1024),
        entry("name of bitmap 0 has a zero byte", 24, 0),
        entry("bitmap directory ends within an entry", 20, -1),
        new Broken(
            "name of bitmap 1 is 'day', as that of another",
            i -> {
              int second = i.at(BITMAP_DIRECTORY) + 32;
              i.int32(second + 16, 1 << 24 | 9 << 16 | 3).text(second + 24, "day");
              return i.int64(EXTENSIONS + 16, 64);
            }));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenDirectoryIsRefusedByName(Broken broken) {
    assertThatThrownBy(() -> list(broken.change().apply(withBitmaps())))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining("image.qcow2")
        .hasMessageContaining(broken.message());
  }
}
