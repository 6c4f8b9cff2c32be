package atoll.format.qcow2;

import static atoll.format.qcow2.ImageBytes.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.BlockImage;
import atoll.format.BlockImageContract;
import atoll.format.CorruptImageException;
import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.Images;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CompressedClustersTest {
  private static final int PLAIN = 11;

  @TempDir Path folder;

  private Qcow2Image open(ImageBytes bytes) throws IOException {
    return Qcow2Image.open(bytes.write(folder.resolve("image.qcow2")));
  }

  private static byte[] content() {
    var content = new byte[70 * 512];
    for (int cluster = 0; cluster < 4; cluster++) {
      System.arraycopy(letters(cluster, 512), 0, content, cluster * 512, 512);
    }
    Arrays.fill(content, 64 * 512, 65 * 512, (byte) PLAIN);
    return content;
  }

  @Nested
  class Version2Test extends BlockImageContract {
    @Override
    protected BlockImage open() throws IOException {
      return CompressedClustersTest.this.open(ImageBytes.compressed(2, CompressionType.ZLIB));
    }

    @Override
    protected byte[] expected() {
      return content();
    }
  }

  @Nested
  class ZstdTest extends BlockImageContract {
    @Override
    protected BlockImage open() throws IOException {
      return CompressedClustersTest.this.open(ImageBytes.compressed(3, CompressionType.ZSTD));
    }

    @Override
    protected byte[] expected() {
      return content();
    }
  }

  @Test
  void extendedEntriesMayBeCompressed() throws IOException {
    int cluster = 1 << 14;
    try (var image = open(ImageBytes.extendedCompressed())) {
      assertThat(Images.content(image, 0, cluster)).isEqualTo(letters(0, cluster));
      assertThat(Images.content(image, cluster, cluster)).isEqualTo(letters(1, cluster));
      assertThat(Images.content(image, cluster - 1, 2))
          .containsExactly(letters(0, cluster)[cluster - 1], letters(1, cluster)[0]);
      assertThat(Images.extents(image))
          .containsExactly(
              new Extent(0, 2L * cluster, Kind.DATA),
              new Extent(2L * cluster, 1028L * cluster, Kind.ABSENT));
    }
    var bitmap = ImageBytes.extendedCompressed();
    try (var image = open(bitmap.int64(bitmap.entry(L2, 1), 1))) {
      assertRefused(image, "a compressed cluster with subclusters");
    }
  }

  @ParameterizedTest
  @EnumSource
  void allocatedIsWhatTheDataSpan(CompressionType type) throws IOException {
    var bytes = ImageBytes.compressed(3, type);
    long plain = 512;
    try (var image = open(bytes)) {
      assertThat(image.allocatedBytes()).isBetween(plain + 4 * 200, plain + 4 * (512 + 512));
    }
  }

  static LongStream brokenEntries() {
    var bytes = ImageBytes.compressed(3, CompressionType.ZLIB);
    long good = bytes.int64(bytes.entry(L2, 1));
    int fileBytes = bytes.array().length;
    return LongStream.of(
        good | COPIED,
        COMPRESSED | fileBytes,
        COMPRESSED | 1L << 55,
        COMPRESSED | 1L << 60,
        COMPRESSED | 1L << 61 | (fileBytes - 512));
  }

  @ParameterizedTest
  @MethodSource("brokenEntries")
  void brokenDescriptorIsRefused(long entry) throws IOException {
    var bytes = ImageBytes.compressed(3, CompressionType.ZLIB);
    try (var image = open(bytes.int64(bytes.entry(L2, 1), entry))) {
      assertThat(Images.content(image, 0, 512)).isEqualTo(letters(0, 512));
      assertRefused(image, "L2 entry at byte 0x808 is 0x" + Long.toHexString(entry));
    }
  }

  private static void assertRefused(Qcow2Image image, String message) {
    assertThatThrownBy(() -> Images.content(image))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> Images.extents(image))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @EnumSource
  void dataThatAreNoneAreRefusedByNameWhenTheyAreRead(CompressionType type) throws IOException {
    var bytes = ImageBytes.compressed(3, type);
    Arrays.fill(bytes.array(), bytes.at(DATA) + 100, bytes.at(DATA) + 120, (byte) 0xff);
    try (var image = open(bytes)) {
      assertSpoiled(image, bytes.at(DATA) + 100);
      assertThat(Images.content(image, 3 * 512, 512)).isEqualTo(letters(3, 512));
      assertThat(Images.extents(image)).startsWith(new Extent(0, 4 * 512, Kind.DATA));
    }
  }

  @ParameterizedTest
  @EnumSource
  void dataOfTheWrongLengthAreRefused(CompressionType type) throws IOException {
    var shorter = ImageBytes.compressed(3, type);
    shorter.compress(shorter.entry(L2, 0), shorter.at(9), type, letters(0, 511));
    try (var image = open(shorter)) {
      assertSpoiled(image, shorter.at(9));
    }
    var nothing = ImageBytes.compressed(3, type);
    nothing.compress(nothing.entry(L2, 0), nothing.at(9), type, new byte[0]);
    try (var image = open(nothing)) {
      assertSpoiled(image, nothing.at(9));
    }
  }

  /** Both as a whole, which is decompressed at once, and in part, which goes through the cache. */
  private void assertSpoiled(Qcow2Image image, int offset) {
    for (int length : new int[] {512, 511}) {
      assertThatThrownBy(() -> Images.content(image, 0, length))
          .isInstanceOf(CorruptImageException.class)
          .hasMessageContaining(folder.resolve("image.qcow2").toString())
          .hasMessageContaining("compressed cluster at byte 0x" + Integer.toHexString(offset))
          .hasCauseInstanceOf(java.util.zip.DataFormatException.class);
    }
  }

  @Test
  void zstdFrameLongerThanAClusterIsRefused() throws IOException {
    var bytes = ImageBytes.compressed(3, CompressionType.ZSTD);
    bytes.compress(bytes.entry(L2, 0), bytes.at(9), CompressionType.ZSTD, letters(0, 513));
    try (var image = open(bytes)) {
      assertSpoiled(image, bytes.at(9));
    }
  }

  @Test
  void zstdClusterMayBeSeveralFrames() throws IOException {
    var bytes = ImageBytes.compressed(3, CompressionType.ZSTD);
    byte[] content = letters(9, 512);
    byte[] first = Zstd.compress(Arrays.copyOf(content, 200));
    byte[] second = Zstd.compress(Arrays.copyOfRange(content, 200, 512));
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    bytes.compressed(bytes.entry(L2, 0), bytes.at(9) + 7, both);
    try (var image = open(bytes)) {
      assertThat(Images.content(image, 0, 512)).isEqualTo(content);
    }
  }

  @Test
  void fileMayEndWithTheDataInTheMiddleOfASector() throws IOException {
    var bytes = ImageBytes.compressed(3, CompressionType.ZLIB).int64(SIZE, 4 * 512);
    int offset = bytes.at(PLAIN) + 3;
    int end = bytes.compress(bytes.entry(L2, 3), offset, CompressionType.ZLIB, letters(7, 512));
    Path file = folder.resolve("image.qcow2");
    Files.write(file, Arrays.copyOf(bytes.array(), end));
    try (var image = Qcow2Image.open(file)) {
      assertThat(Images.content(image, 3 * 512, 512)).isEqualTo(letters(7, 512));
      assertThat(Images.extents(image)).containsExactly(new Extent(0, 4 * 512, Kind.DATA));
    }
    Files.write(file, Arrays.copyOf(bytes.array(), end - 9));
    try (var image = Qcow2Image.open(file)) {
      assertThatThrownBy(() -> Images.content(image, 3 * 512, 512))
          .isInstanceOf(CorruptImageException.class)
          .hasMessageContaining("compressed cluster at byte 0x" + Integer.toHexString(offset));
    }
  }
}
