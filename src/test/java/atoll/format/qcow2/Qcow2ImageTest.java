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
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Qcow2ImageTest extends BlockImageContract {
  @TempDir Path folder;

  @Override
  protected BlockImage open() throws IOException {
    return open(ImageBytes.standard(3));
  }

  private Qcow2Image open(ImageBytes bytes) throws IOException {
    return Qcow2Image.open(bytes.write(folder.resolve("image.qcow2")));
  }

  @Override
  protected byte[] expected() {
    var content = new byte[96 * 512];
    Arrays.fill(content, 0, 512, (byte) DATA);
    Arrays.fill(content, 512, 1024, (byte) (DATA + 1));
    Arrays.fill(content, 64 * 512, 65 * 512, (byte) (DATA + 2));
    return content;
  }

  @Test
  void extentsTellDataZerosAndNothing() throws IOException {
    try (var image = open()) {
      assertThat(Images.extents(image))
          .isEqualTo(
              List.of(
                  new Extent(0, 1024, Kind.DATA),
                  new Extent(1024, 3 * 512, Kind.ABSENT),
                  new Extent(5 * 512, 512, Kind.ZERO),
                  new Extent(6 * 512, 58 * 512, Kind.ABSENT),
                  new Extent(64 * 512, 512, Kind.DATA),
                  new Extent(65 * 512, 31 * 512, Kind.ABSENT)));
    }
  }

  @Test
  void version2KnowsNoZeros() throws IOException {
    try (var image = open(ImageBytes.standard(2))) {
      assertThat(image.version()).isEqualTo(2);
      assertThat(Images.content(image)).isEqualTo(expected());
      assertThat(Images.extents(image)).noneMatch(e -> e.kind() == Kind.ZERO);
    }
  }

  @Test
  void subclustersHaveKindsOfTheirOwn() throws IOException {
    long cluster = 1 << 14;
    try (var image = open(ImageBytes.extended())) {
      assertThat(Images.extents(image))
          .isEqualTo(
              List.of(
                  new Extent(0, 512, Kind.DATA),
                  new Extent(512, 512, Kind.ZERO),
                  new Extent(1024, cluster - 1024, Kind.ABSENT),
                  new Extent(cluster, cluster, Kind.DATA),
                  new Extent(2 * cluster, 3 * cluster, Kind.ABSENT),
                  new Extent(5 * cluster, cluster, Kind.ZERO),
                  new Extent(6 * cluster, 1018 * cluster, Kind.ABSENT),
                  new Extent(1024 * cluster, cluster, Kind.DATA),
                  new Extent(1025 * cluster, 5 * cluster, Kind.ABSENT)));
      byte[] start = new byte[2 << 14];
      Arrays.fill(start, 0, 512, (byte) DATA);
      Arrays.fill(start, 1 << 14, 2 << 14, (byte) (DATA + 1));
      assertThat(Images.content(image, 0, 2 << 14)).isEqualTo(start);
    }
  }

  @Test
  void missingL2TableMeansNothingIsThere() throws IOException {
    var bytes = ImageBytes.standard(3);
    try (var image = open(bytes.int64(bytes.entry(L1, 0), 0))) {
      assertThat(Images.extents(image)).startsWith(new Extent(0, 64 * 512, Kind.ABSENT)).hasSize(3);
      assertThat(image.allocatedBytes()).isEqualTo(512);
    }
  }

  /** Everything that a word of a table must not say. */
  static LongStream brokenL1Entries() {
    var bytes = ImageBytes.standard(3);
    long good = bytes.int64(bytes.entry(L1, 0));
    return LongStream.concat(
        LongStream.of(COPIED, COPIED | bytes.at(9), bytes.at(9), bytes.at(1 << 20), 1L << 55),
        IntStream.concat(IntStream.range(0, 9), IntStream.range(56, 63))
            .mapToLong(bit -> good | 1L << bit));
  }

  @ParameterizedTest
  @MethodSource("brokenL1Entries")
  void brokenL1EntryIsRefused(long entry) throws IOException {
    var bytes = ImageBytes.standard(3);
    try (var image = open(bytes.int64(bytes.entry(L1, 1), entry))) {
      assertThat(Images.content(image, 0, 64 * 512)).startsWith(DATA);
      assertRefused(image, "L1 entry 1 is 0x" + Long.toHexString(entry));
    }
  }

  static LongStream brokenL2Entries() {
    var bytes = ImageBytes.standard(3);
    long good = bytes.int64(bytes.entry(L2, 0));
    return LongStream.concat(
        LongStream.of(
            COPIED, COPIED | 1, COPIED | bytes.at(9), bytes.at(9), bytes.at(9) | 1, 1L << 55),
        IntStream.concat(IntStream.range(1, 9), IntStream.range(56, 63))
            .mapToLong(bit -> good | 1L << bit));
  }

  @ParameterizedTest
  @MethodSource("brokenL2Entries")
  void brokenL2EntryIsRefused(long entry) throws IOException {
    var bytes = ImageBytes.standard(3);
    try (var image = open(bytes.int64(bytes.entry(L2, 1), entry))) {
      assertThat(Images.content(image, 0, 512)).startsWith(DATA);
      assertRefused(image, "L2 entry at byte 0x808 is 0x" + Long.toHexString(entry));
    }
  }

  @Test
  void unalignedEntriesAreRefused() throws IOException {
    var l1 = ImageBytes.extended();
    try (var image = open(l1.int64(l1.entry(L1, 0), l1.at(L2) + 512))) {
      assertRefused(image, "not at a cluster boundary");
    }
    var l2 = ImageBytes.extended();
    try (var image = open(l2.int64(l2.entry(L2, 0), l2.at(DATA) + 512))) {
      assertRefused(image, "not at a cluster boundary");
    }
  }

  @Test
  void zeroFlagIsRefusedWhereThereIsNone() throws IOException {
    var version2 = ImageBytes.standard(2);
    try (var image = open(version2.int64(version2.entry(L2, 5), 1))) {
      assertRefused(image, "the zero flag is not allowed");
    }
    var extended = ImageBytes.extended();
    try (var image = open(extended.int64(extended.entry(L2, 10), 1))) {
      assertRefused(image, "the zero flag is not allowed");
    }
  }

  @Test
  void contradictingSubclustersAreRefused() throws IOException {
    var both = ImageBytes.extended();
    try (var image = open(both.int64(both.entry(L2, 1), 1L << 32 | 1))) {
      assertRefused(image, "a subcluster is both allocated and zero");
    }
    var homeless = ImageBytes.extended();
    try (var image = open(homeless.int64(homeless.entry(L2, 21), 1))) {
      assertRefused(image, "a subcluster is allocated, the cluster is not");
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

  @Test
  void truncatedFileIsRefusedWhereverItEnds() throws IOException {
    for (ImageBytes bytes : List.of(ImageBytes.standard(3), ImageBytes.extended())) {
      byte[] whole = bytes.array();
      for (int length = 0; length < whole.length; length += length < 128 ? 1 : 61 + length / 64) {
        Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> readAll(file))
            .as("cut to %s bytes", length)
            .isInstanceOf(CorruptImageException.class);
      }
    }
  }

  private static void readAll(Path file) throws IOException {
    try (var image = Qcow2Image.open(file)) {
      Images.content(image);
    }
  }

  @Test
  void tablesThatAreNamedAgainAndAgainAreRefused() throws IOException {
    var bytes = ImageBytes.standard(3).int32(L1_SIZE, 64).int64(SIZE, 64L * 64 * 512);
    for (int i = 0; i < 64; i++) {
      bytes.int64(bytes.entry(L1, i), bytes.at(L2) | COPIED);
    }
    try (var image = open(bytes)) {
      assertThatThrownBy(() -> Images.extents(image))
          .isInstanceOf(CorruptImageException.class)
          .hasMessageContaining("more L2 tables than the file has clusters");
      assertThatThrownBy(image::allocatedBytes).isInstanceOf(CorruptImageException.class);
    }
  }

  @Test
  void tablesMayOverlapWithoutHarm() throws IOException {
    var bytes = ImageBytes.standard(3);
    // The L1 table is its own L2 table: nonsense, but within the rules of offsets.
    try (var image = open(bytes.int64(bytes.entry(L1, 0), bytes.at(L1) | COPIED))) {
      assertThat(Images.extents(image, 0, 1024)).containsExactly(new Extent(0, 1024, Kind.DATA));
      assertThat(Images.content(image)).hasSize(96 * 512);
    }
  }

  @Test
  void memoryDoesNotFollowWhatTheHeaderClaims() throws IOException {
    Path file = folder.resolve("huge");
    ImageBytes.standard(3)
        .int32(L1_SIZE, 4 << 20)
        .int64(L1_OFFSET, 1 << 20)
        .int64(SIZE, 128L << 30)
        .write(file);
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(64L << 20);
    }
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try (var image = Qcow2Image.open(file)) {
      for (int i = 0; i < 100; i++) {
        Images.content(image, i * (1L << 30), 4096);
      }
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
  }
}
