package atoll.format.vhd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.Images;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VhdImageTest {
  private static final int BLOCK_BITS = 14;
  private static final int BLOCK = 1 << BLOCK_BITS;
  private static final int STRIDE = BLOCK + 512;
  private static final long SIZE = 10L * BLOCK;

  @TempDir Path folder;
  private final Random random = new Random(1);

  private static byte[] filled(int value) {
    var data = new byte[512];
    Arrays.fill(data, (byte) value);
    return data;
  }

  /** Data in sectors 3 and 65, and blocks 0, 2 and 5 in the file. */
  private VhdBytes bytes(int type) {
    return new VhdBytes(type, SIZE, BLOCK_BITS)
        .put(3, filled(1))
        .put(65, filled(2))
        .allocate(5)
        .build(random);
  }

  private VhdImage open(VhdBytes bytes) throws IOException {
    return VhdImage.open(bytes.write(folder.resolve("image.vhd")));
  }

  private void refused(VhdBytes bytes, String field) {
    assertThatThrownBy(() -> open(bytes).close())
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining("image.vhd: ")
        .hasMessageContaining(field);
  }

  @ParameterizedTest
  @CsvSource({"3, ZERO", "4, ABSENT"})
  void bitmapsSayWhichSectorsHoldData(int type, Kind nothing) throws IOException {
    try (var image = open(bytes(type))) {
      assertThat(Images.extents(image))
          .isEqualTo(
              List.of(
                  new Extent(0, 3 * 512, nothing),
                  new Extent(3 * 512, 512, Kind.DATA),
                  new Extent(4 * 512, 61 * 512, nothing),
                  new Extent(65 * 512, 512, Kind.DATA),
                  new Extent(66 * 512, SIZE - 66 * 512, nothing)));
      var expected = new byte[(int) SIZE];
      Arrays.fill(expected, 3 * 512, 4 * 512, (byte) 1);
      Arrays.fill(expected, 65 * 512, 66 * 512, (byte) 2);
      assertThat(Arrays.mismatch(Images.content(image), expected)).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 12, 21, 24, 28})
  void blocksHaveAnySizeThatIsAllowed(int blockBits) throws IOException {
    int sectors = 100;
    var bytes = new VhdBytes(VhdBytes.DYNAMIC, sectors * 512L, blockBits).put(99, filled(7));
    if (blockBits == 28) {
      bytes = new VhdBytes(VhdBytes.DYNAMIC, sectors * 512L, blockBits); // 256 MiB of nothing
    }
    byte[] last = bytes.sector(99);
    try (var image = open(bytes.build(random))) {
      assertThat(Images.content(image, 99 * 512, 512)).isEqualTo(last);
      assertThat(Images.content(image, 0, 99 * 512)).isEqualTo(new byte[99 * 512]);
    }
  }

  @Test
  void tellsWhatTheFileSaysOfItself() throws IOException {
    var id = new UUID(5, 6);
    var bytes = new VhdBytes(VhdBytes.FIXED, 512, 0).id(id).creator("win ", 0);
    try (var image = open(bytes.put(0, filled(9)).build(random))) {
      assertThat(image.type()).isEqualTo(VhdType.FIXED);
      assertThat(image.id()).isEqualTo(id);
      assertThat(image.creator()).isEqualTo("win ");
      assertThat(image.createdAt()).isEqualTo("2022-03-07T20:26:40Z");
      assertThat(image.parent()).isNull();
      assertThat(image.sizeBytes()).isEqualTo(512);
      assertThat(Images.content(image)).isEqualTo(filled(9));
    }
  }

  /** Geometry: 1 cylinder of 4 heads and 17 sectors, 34816 bytes; the current size is 163840. */
  @ParameterizedTest
  @CsvSource({
    "'tap\0', 163840", "'tap1', 34816", "'win ', 163840", "'qem2', 163840", "'d2v ', 163840",
    "'CTXS', 163840", "'qemu', 34816", "'vpc ', 34816", "'vs  ', 34816", "'vbox', 34816",
  })
  void creatorDecidesBetweenCurrentSizeAndGeometry(String creator, long expected)
      throws IOException {
    var bytes = new VhdBytes(VhdBytes.DYNAMIC, SIZE, BLOCK_BITS);
    try (var image = open(bytes.creator(creator, 0x00010411).build(random))) {
      assertThat(image.sizeBytes()).isEqualTo(expected);
    }
  }

  @Test
  void largestGeometrySaysNothing() throws IOException {
    var bytes = new VhdBytes(VhdBytes.DYNAMIC, SIZE, BLOCK_BITS);
    try (var image = open(bytes.creator("vpc ", 0xffff10ff).build(random))) {
      assertThat(image.sizeBytes()).isEqualTo(SIZE);
    }
  }

  @Test
  void copyOfTheFooterIsUsedWhereTheFooterIsDamaged() throws IOException {
    byte[] expected;
    try (var image = open(bytes(VhdBytes.DYNAMIC))) {
      expected = Images.content(image);
    }
    for (int damage : List.of(0, 8, 50, 64, 511)) {
      VhdBytes bytes = bytes(VhdBytes.DYNAMIC);
      int offset = bytes.footerOffset() + damage;
      bytes.int8(offset, bytes.int32(offset - 3) + 1);
      try (var image = open(bytes)) {
        assertThat(Images.content(image)).isEqualTo(expected);
      }
    }
    Path cut = folder.resolve("cut.vhd");
    VhdBytes bytes = bytes(VhdBytes.DYNAMIC);
    bytes.write(cut);
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), bytes.length() - 512));
    try (var image = VhdImage.open(cut)) {
      assertThat(Images.content(image)).isEqualTo(expected);
    }
  }

  @Test
  void footerIsBelievedWhereTheCopyIsDamaged() throws IOException {
    try (var image = open(bytes(VhdBytes.DYNAMIC).int8(100, 1))) {
      assertThat(image.sizeBytes()).isEqualTo(SIZE);
    }
  }

  @Test
  void shorterFooterOfOldProgramsIsRead() throws IOException {
    Path file = bytes(VhdBytes.FIXED).write(folder.resolve("old.vhd"));
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length - 1));
    try (var image = VhdImage.open(file)) {
      assertThat(image.sizeBytes()).isEqualTo(SIZE);
    }
  }

  @Test
  void fixedDiskThatBeginsLikeAFooterIsRefused() {
    var first = new byte[512];
    System.arraycopy("conectix".getBytes(StandardCharsets.US_ASCII), 0, first, 0, 8);
    var bytes = new VhdBytes(VhdBytes.FIXED, SIZE, 0).put(0, first).build(random);
    refused(bytes, "begins like the footer of another");
  }

  @Test
  void copyOfAFixedDiskIsNotBelieved() {
    var inner = bytes(VhdBytes.DYNAMIC);
    int end = inner.footerOffset();
    refused(inner.int32(end + 60, VhdBytes.FIXED).int8(end + 100, 9), "footer: checksum");
    VhdBytes without = bytes(VhdBytes.DYNAMIC).int32(60, VhdBytes.FIXED).seal();
    refused(without.text(without.footerOffset(), "garbage!"), "of a fixed disk is not at the end");
  }

  @Test
  void footerAndCopyMustAgree() {
    VhdBytes bytes = bytes(VhdBytes.DYNAMIC);
    refused(bytes.int64(48, SIZE - 512).seal(), "and its copy name different disks");
  }

  @Test
  void brokenFootersAreRefused() throws IOException {
    refused(
        bytes(VhdBytes.DYNAMIC).footerInt32(12, 0x00020000).seal(),
        "footer: version is 0x00020000");
    refused(bytes(VhdBytes.DYNAMIC).footerInt32(60, 5).seal(), "footer: disk type is 5");
    refused(bytes(VhdBytes.FIXED).footerInt64(48, SIZE + 512).seal(), "footer: size is");
    refused(bytes(VhdBytes.DYNAMIC).footerInt64(48, 2041L << 30).seal(), "more than 2040 GiB");
    refused(bytes(VhdBytes.DYNAMIC).footerInt64(48, -512).seal(), "more than 2040 GiB");
    for (long offset : new long[] {-1, 0, 511, SIZE, Long.MAX_VALUE}) {
      refused(bytes(VhdBytes.DYNAMIC).footerInt64(16, offset).seal(), "footer: data offset");
    }
    Path file = folder.resolve("image.vhd");
    for (int length : new int[] {0, 7, 510, 511, 512, 5000}) {
      Files.write(file, new byte[length]);
      assertThatThrownBy(() -> VhdImage.open(file).close())
          .isInstanceOf(CorruptImageException.class)
          .hasMessageContaining("footer is missing");
    }
  }

  @Test
  void brokenHeadersAreRefused() {
    int header = VhdBytes.HEADER;
    refused(bytes(VhdBytes.DYNAMIC).text(header, "cxsparsE").seal(), "dynamic header: cookie");
    refused(bytes(VhdBytes.DYNAMIC).int8(header + 800, 1), "dynamic header: checksum");
    refused(bytes(VhdBytes.DYNAMIC).int32(header + 24, 1).seal(), "dynamic header: version");
    for (int size : new int[] {0, 1, 256, 513, 3 << 20, 1 << 29, 1 << 31, -1}) {
      refused(
          bytes(VhdBytes.DYNAMIC).int32(header + 32, size).seal(), "dynamic header: block size");
    }
    for (int entries : new int[] {0, 9}) {
      refused(bytes(VhdBytes.DYNAMIC).int32(header + 28, entries).seal(), "table entries");
    }
    for (int entries : new int[] {1 << 20, -1}) {
      refused(bytes(VhdBytes.DYNAMIC).int32(header + 28, entries).seal(), "table offset");
    }
    for (long offset : new long[] {0, 511, 512, 1535, 473, SIZE, -1, Long.MAX_VALUE}) {
      refused(bytes(VhdBytes.DYNAMIC).int64(header + 16, offset).seal(), "table offset");
    }
  }

  @Test
  void tableThatWouldNotFitIntoMemoryIsRefused() {
    VhdBytes bytes = bytes(VhdBytes.DYNAMIC).footerInt64(48, 2040L << 30);
    bytes.int32(VhdBytes.HEADER + 28, -1).int32(VhdBytes.HEADER + 32, 512).seal();
    refused(bytes, "dynamic header: table entries more than 16777216 would be needed");
  }

  @Test
  void blocksLieWithinTheFileAndApart() {
    VhdBytes bytes = bytes(VhdBytes.DYNAMIC);
    int table = bytes.tableOffset();
    int last = (bytes.footerOffset() - STRIDE) / 512;
    for (int sector : new int[] {0, 1, 2, 3, last + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -2}) {
      refused(
          bytes(VhdBytes.DYNAMIC).int32(table + 4 * 7, sector),
          "block allocation table puts block 7 at sector " + Integer.toUnsignedLong(sector));
    }
    for (int distance : new int[] {0, 1, 32, -1, -32}) {
      VhdBytes broken = bytes(VhdBytes.DYNAMIC);
      int sector = broken.int32(table + 4 * 2);
      if (sector + distance >= 4 && sector + distance <= last) {
        refused(broken.int32(table + 4 * 9, sector + distance), "has two blocks at sector");
      }
    }
  }

  @Test
  void entriesBehindTheDiskAreNotLookedAt() throws IOException {
    VhdBytes bytes = bytes(VhdBytes.DYNAMIC).footerInt64(48, SIZE - 3 * BLOCK);
    try (var image = open(bytes.int32(bytes.tableOffset() + 4 * 8, 0).seal())) {
      assertThat(image.sizeBytes()).isEqualTo(SIZE - 3 * BLOCK);
    }
  }
}
