package atoll.format.vhd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ExtentSource;
import atoll.format.Images;
import atoll.format.RawImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VhdWriterTest {
  private static final UUID ID = new UUID(3, 4);
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final int BLOCK = 1 << 14;
  private static final long GIB = 1L << 30;

  @TempDir Path folder;

  private static VhdSpec spec(long sizeBytes) {
    return new VhdSpec(sizeBytes, 14, ID, NOW);
  }

  private static ExtentSource extents(Extent... extents) {
    return visitor -> {
      for (Extent extent : extents) {
        visitor.visit(extent);
      }
    };
  }

  private static Extent data(long offset, long length) {
    return new Extent(offset, length, Kind.DATA);
  }

  private static ByteBuffer bytes(int length, int value) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  @Test
  void whatIsWrittenIsReadAndOnlyBlocksWithDataAreInTheFile() throws IOException {
    Path file = folder.resolve("image.vhd");
    long size = 40L * BLOCK + 512;
    var content =
        extents(
            data(100, 1000),
            new Extent(BLOCK, BLOCK, Kind.ZERO),
            data(7L * BLOCK, size - 7L * BLOCK));
    var expected = new byte[(int) size];
    try (var writer = VhdWriter.create(file, spec(size), content)) {
      writer.write(size - 5, bytes(5, 3));
      writer.write(100, bytes(1000, 1));
      writer.write(8 * BLOCK - 10, bytes(3 * BLOCK, 2).limit(3 * BLOCK).position(0));
      writer.write(size, bytes(0, 9));
      writer.finish(true);
    }
    Arrays.fill(expected, 100, 1100, (byte) 1);
    Arrays.fill(expected, 8 * BLOCK - 10, 11 * BLOCK - 10, (byte) 2);
    Arrays.fill(expected, (int) size - 5, (int) size, (byte) 3);
    try (var image = VhdImage.open(file)) {
      assertThat(Arrays.mismatch(Images.content(image), expected)).isEqualTo(-1);
      assertThat(Images.extents(image))
          .isEqualTo(
              List.of(
                  data(0, BLOCK),
                  new Extent(BLOCK, 6L * BLOCK, Kind.ZERO),
                  data(7L * BLOCK, size - 7L * BLOCK)));
      assertThat(image.type()).isEqualTo(VhdType.DYNAMIC);
      assertThat(image.id()).isEqualTo(ID);
      assertThat(image.createdAt()).isEqualTo(NOW);
      assertThat(image.creator()).isEqualTo("qem2");
    }
    assertThat(Files.size(file)).isEqualTo(1536 + 512 + 35L * (BLOCK + 512) + 512);
  }

  @Test
  void fixedDiskIsItsBytesAndAFooter() throws IOException {
    Path file = folder.resolve("image.vhd");
    try (var writer = FixedVhdWriter.create(file, spec(100 * BLOCK))) {
      writer.write(70 * BLOCK + 1, bytes(5, 3));
      writer.finish(true);
    }
    assertThat(Files.size(file)).isEqualTo(100 * BLOCK + 512);
    try (var image = VhdImage.open(file);
        var raw = RawImage.open(file)) {
      assertThat(image.type()).isEqualTo(VhdType.FIXED);
      assertThat(image.sizeBytes()).isEqualTo(100 * BLOCK);
      assertThat(Images.content(image, 70 * BLOCK, 7)).isEqualTo(new byte[] {0, 3, 3, 3, 3, 3, 0});
      assertThat(Images.extents(image)).isEqualTo(Images.extents(raw, 0, image.sizeBytes()));
    }
  }

  @Test
  void fixedDiskThatBeginsLikeAFooterIsNotWritten() throws IOException {
    Path file = folder.resolve("image.vhd");
    try (var writer = FixedVhdWriter.create(file, spec(BLOCK))) {
      writer.write(0, ByteBuffer.wrap("conectix".getBytes(StandardCharsets.US_ASCII)));
      assertThatThrownBy(() -> writer.finish(false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("write it as a dynamic VHD");
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void halfWrittenFileIsNoVhdAndIsDeleted() throws IOException {
    Path file = folder.resolve("image.vhd");
    try (var writer = VhdWriter.create(file, spec(BLOCK), extents(data(0, BLOCK)))) {
      writer.write(0, bytes(BLOCK, 1));
      checkNoVhd(file);
    }
    assertThat(file).doesNotExist();
    try (var writer = FixedVhdWriter.create(file, spec(BLOCK))) {
      writer.write(0, bytes(BLOCK, 1));
      checkNoVhd(file);
    }
    assertThat(file).doesNotExist();
  }

  private static void checkNoVhd(Path file) {
    assertThatThrownBy(() -> VhdImage.open(file).close()).isInstanceOf(CorruptImageException.class);
  }

  @Test
  void largeDisksAreSmallFiles() throws IOException {
    Path file = folder.resolve("image.vhd");
    VhdSpec spec = VhdSpec.ofSize(2040 * GIB, ID, NOW);
    var content = extents(data(5, 1), data(2040 * GIB - 1, 1));
    try (var writer = VhdWriter.create(file, spec, content)) {
      writer.write(2040 * GIB - 1, bytes(1, 7));
      writer.finish(false);
    }
    assertThat(Files.size(file)).isLessThan(9 << 20);
    try (var image = VhdImage.open(file)) {
      assertThat(image.sizeBytes()).isEqualTo(2040 * GIB);
      assertThat(Images.content(image, 2040 * GIB - 2, 2)).isEqualTo(new byte[] {0, 7});
      assertThat(Images.extents(image)).hasSize(3);
    }
  }

  @Test
  void whatAVhdCannotHoldIsRefusedByName() {
    assertThatThrownBy(() -> spec(2040 * GIB + 512))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "disk of 2190433321472 bytes: a VHD holds at most 2040 GiB, 2190433320960 bytes");
    for (long size : new long[] {0, -512, 511, 513, 2040 * GIB}) {
      assertThatThrownBy(() -> spec(size)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new VhdSpec(9 * GIB, 9, ID, NOW))
        .hasMessage("disk of " + 9 * GIB + " bytes in blocks of 2^9");
    for (int bits : new int[] {8, 29}) {
      assertThatThrownBy(() -> new VhdSpec(GIB, bits, ID, NOW))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void writingBesideThePlanIsRefused() throws IOException {
    Path file = folder.resolve("image.vhd");
    for (ExtentSource wrong :
        List.of(
            extents(data(0, 2 * BLOCK + 1)),
            extents(data(10, 10), data(5, 10)),
            extents(data(10, 10), data(19, 10)))) {
      assertThatThrownBy(() -> VhdWriter.create(file, spec(2 * BLOCK), wrong))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(file).doesNotExist();
    }
    try (var writer = VhdWriter.create(file, spec(4 * BLOCK), extents(data(BLOCK, BLOCK)))) {
      for (int offset : new int[] {0, BLOCK - 1, 2 * BLOCK - 9, 2 * BLOCK}) {
        assertThatThrownBy(() -> writer.write(offset, bytes(10, 1)))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> writer.write(4 * BLOCK - 9, bytes(10, 1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> VhdWriter.create(file, spec(BLOCK), extents()))
          .isInstanceOf(FileAlreadyExistsException.class);
      writer.finish(false);
      assertThatThrownBy(() -> writer.write(BLOCK, bytes(1, 1)))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> writer.finish(false)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(file).exists();
  }

  @Test
  void randomContentInRandomOrderIsRead() throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      Path file = folder.resolve("image-" + seed);
      var random = new Random(seed);
      byte[] expected = RandomContent.write(file, random).content();
      try (var image = VhdImage.open(file)) {
        assertThat(image.sizeBytes()).as("seed %s", seed).isEqualTo(expected.length);
        assertThat(Arrays.mismatch(Images.content(image), expected))
            .as("seed %s", seed)
            .isEqualTo(-1);
      }
    }
  }
}
