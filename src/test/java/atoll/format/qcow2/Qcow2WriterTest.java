package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ExtentSource;
import atoll.format.Images;
import atoll.format.NewFile;
import atoll.format.RawImage;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Qcow2WriterTest {
  private static final int CLUSTER = 64 << 10;
  private static final long TIB = 1L << 40;

  @TempDir Path folder;

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

  private static Extent zero(long offset, long length) {
    return new Extent(offset, length, Kind.ZERO);
  }

  private static ByteBuffer bytes(int length, int value) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  @Test
  void emptyImageHoldsNothingAndIsSmallHoweverLargeItsDisk() throws IOException {
    for (long size : new long[] {512, 1L << 30, TIB, 16 * TIB, 2048 * TIB}) {
      Path file = folder.resolve("empty-" + size);
      Qcow2Writer.createEmpty(file, Qcow2Spec.ofSize(size).over("base.qcow2"));
      try (var image = Qcow2Image.open(file)) {
        assertThat(image.sizeBytes()).isEqualTo(size);
        assertThat(image.version()).isEqualTo(3);
        assertThat(image.clusterBits()).isEqualTo(16);
        assertThat(image.backingFile()).isEqualTo("base.qcow2");
        assertThat(image.backingFormat()).isEqualTo("qcow2");
        assertThat(image.allocatedBytes()).isZero();
        assertThat(Images.extents(image)).isEqualTo(List.of(new Extent(0, size, Kind.ABSENT)));
      }
      // The header's cluster is there as a whole: QEMU needs no space to write it anew.
      assertThat(storedBytes(file)).isBetween((long) CLUSTER, CLUSTER + (32L << 10));
    }
    NewFile.syncFolder(folder);
  }

  private static long storedBytes(Path file) throws IOException {
    try (var raw = RawImage.open(file)) {
      return Images.extents(raw).stream()
          .filter(extent -> extent.kind() == Kind.DATA)
          .mapToLong(Extent::lengthBytes)
          .sum();
    }
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = folder.resolve("image");
    long size = 40L * CLUSTER + 512;
    var content =
        extents(data(100, 1000), zero(CLUSTER, CLUSTER), data(7 * CLUSTER, size - 7 * CLUSTER));
    var expected = new byte[(int) size];
    try (var writer = Qcow2Writer.create(file, Qcow2Spec.ofSize(size), content)) {
      writer.write(size - 5, bytes(5, 3));
      writer.write(100, bytes(1000, 1));
      writer.write(8 * CLUSTER - 10, bytes(3 * CLUSTER, 2));
      writer.write(0, bytes(0, 9));
      writer.finish(false);
    }
    Arrays.fill(expected, 100, 1100, (byte) 1);
    Arrays.fill(expected, 8 * CLUSTER - 10, 11 * CLUSTER - 10, (byte) 2);
    Arrays.fill(expected, (int) size - 5, (int) size, (byte) 3);
    try (var image = Qcow2Image.open(file)) {
      assertThat(Arrays.mismatch(Images.content(image), expected)).isEqualTo(-1);
      assertThat(Images.extents(image))
          .isEqualTo(
              List.of(
                  data(0, CLUSTER),
                  new Extent(CLUSTER, 6 * CLUSTER, Kind.ABSENT),
                  data(7 * CLUSTER, size - 7 * CLUSTER)));
      assertThat(image.allocatedBytes()).isEqualTo(35L * CLUSTER);
      assertThat(image.backingFile()).isNull();
    }
  }

  @Test
  void zerosAreMarkedOverABackingFile() throws IOException {
    Path file = folder.resolve("image");
    var spec = Qcow2Spec.ofSize(20 * CLUSTER).over("base");
    var content =
        extents(
            zero(2 * CLUSTER, 100),
            data(2 * CLUSTER + 100, CLUSTER),
            zero(3 * CLUSTER + 100, 2 * CLUSTER - 100));
    try (var writer = Qcow2Writer.create(file, spec, content)) {
      writer.finish(false);
    }
    try (var image = Qcow2Image.open(file)) {
      assertThat(Images.extents(image))
          .isEqualTo(
              List.of(
                  new Extent(0, 2 * CLUSTER, Kind.ABSENT),
                  data(2 * CLUSTER, 2 * CLUSTER),
                  zero(4 * CLUSTER, CLUSTER),
                  new Extent(5 * CLUSTER, 15 * CLUSTER, Kind.ABSENT)));
    }
  }

  @Test
  void overlayMustNotHideAPartOfWhatIsBeneath() {
    var spec = Qcow2Spec.ofSize(20 * CLUSTER + 512).over("base");
    for (ExtentSource content :
        List.of(
            extents(data(0, 100)),
            extents(data(100, CLUSTER - 100)),
            extents(zero(CLUSTER, CLUSTER + 1)),
            extents(data(0, 100), new Extent(100, 100, Kind.ABSENT), data(200, CLUSTER - 200)),
            extents(data(0, CLUSTER + 5), data(CLUSTER + 6, CLUSTER - 6)))) {
      assertThatThrownBy(() -> Qcow2Writer.create(folder.resolve("image"), spec, content))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("within a cluster");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void overlayMayEndWithItsDiskWithinACluster() throws IOException {
    var spec = Qcow2Spec.ofSize(20 * CLUSTER + 512).over("base");
    var content = extents(zero(19 * CLUSTER, CLUSTER + 512));
    try (var writer = Qcow2Writer.create(folder.resolve("image"), spec, content)) {
      writer.finish(false);
    }
    try (var image = Qcow2Image.open(folder.resolve("image"))) {
      assertThat(Images.extents(image).getLast()).isEqualTo(zero(19 * CLUSTER, CLUSTER + 512));
    }
  }

  @Test
  void neighboursOnTheDiskAreNeighboursInTheFile() throws IOException {
    var spec = Qcow2Spec.ofSize(100 * CLUSTER);
    var content = extents(data(3 * CLUSTER, CLUSTER), data(50 * CLUSTER, 50 * CLUSTER));
    Path file = folder.resolve("image");
    try (var writer = Qcow2Writer.create(file, spec, content)) {
      writer.write(3 * CLUSTER, bytes(CLUSTER, 1));
      writer.write(50 * CLUSTER, bytes(50 * CLUSTER, 2));
      writer.finish(false);
    }
    byte[] end = Files.readAllBytes(file);
    end = Arrays.copyOfRange(end, end.length - 51 * CLUSTER, end.length);
    var expected = new byte[51 * CLUSTER];
    Arrays.fill(expected, (byte) 2);
    Arrays.fill(expected, 0, CLUSTER, (byte) 1);
    assertThat(Arrays.mismatch(end, expected)).isEqualTo(-1);
  }

  @Test
  void unannouncedClustersAreNotWritten() throws IOException {
    var spec = Qcow2Spec.ofSize(10 * CLUSTER);
    var content = extents(data(CLUSTER, CLUSTER), data(3 * CLUSTER, CLUSTER));
    try (var writer = Qcow2Writer.create(folder.resolve("image"), spec, content)) {
      for (long offset : new long[] {0, CLUSTER - 1, 2 * CLUSTER - 1, 3 * CLUSTER - 1}) {
        assertThatThrownBy(() -> writer.write(offset, bytes(2, 1)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("not all announced");
      }
      assertThatThrownBy(() -> writer.write(CLUSTER, bytes(3 * CLUSTER, 1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> writer.write(10 * CLUSTER - 1, bytes(2, 1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void unfinishedFileIsNoImageAndIsDeleted() throws IOException {
    Path file = folder.resolve("image");
    var spec = Qcow2Spec.ofSize(10 * CLUSTER);
    try (var writer = Qcow2Writer.create(file, spec, extents(data(0, CLUSTER)))) {
      writer.write(0, bytes(CLUSTER, 1));
      assertThatThrownBy(() -> Qcow2Image.open(file)).hasMessageContaining("magic");
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void finishedWriterWritesNoMore() throws IOException {
    var spec = Qcow2Spec.ofSize(10 * CLUSTER);
    try (var writer =
        Qcow2Writer.create(folder.resolve("image"), spec, extents(data(0, CLUSTER)))) {
      writer.finish(true);
      assertThatThrownBy(() -> writer.write(0, bytes(1, 1)))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> writer.finish(true)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(folder.resolve("image")).exists();
  }

  @Test
  void interruptEndsTheWritingAndLeavesNothing() throws IOException {
    Path file = folder.resolve("image");
    var spec = Qcow2Spec.ofSize(10 * CLUSTER);
    try (var writer = Qcow2Writer.create(file, spec, extents(data(0, CLUSTER)))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> writer.write(0, bytes(1, 1)))
          .isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThatThrownBy(() -> writer.finish(true)).isInstanceOf(ClosedChannelException.class);
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void whatIsThereIsNeverOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("image"), "precious");
    assertThatThrownBy(() -> Qcow2Writer.createEmpty(file, Qcow2Spec.ofSize(CLUSTER)))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("precious");
  }

  @Test
  void extentsOutOfOrderOrBeyondTheDiskAreRefused() {
    var spec = Qcow2Spec.ofSize(10 * CLUSTER);
    for (ExtentSource content :
        List.of(
            extents(data(CLUSTER, CLUSTER), data(0, CLUSTER)),
            extents(data(0, CLUSTER), data(CLUSTER - 1, 2)),
            extents(data(9 * CLUSTER, CLUSTER + 1)))) {
      assertThatThrownBy(() -> Qcow2Writer.create(folder.resolve("image"), spec, content))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void specIsChecked() {
    for (long size : new long[] {0, -512, 513, 4096 * TIB}) {
      assertThatThrownBy(() -> Qcow2Spec.ofSize(size)).isInstanceOf(IllegalArgumentException.class);
    }
    var spec = Qcow2Spec.ofSize(512);
    for (String name : List.of("", "nbd:x", "a\0b", "x".repeat(1024))) {
      assertThatThrownBy(() -> spec.over(name)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Qcow2Spec(512, 8, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Qcow2Spec(512, 9, "x".repeat(400)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void planOfAMillionScatteredClustersFitsInto64MiB() throws IOException {
    var random = new Random(1);
    long step = 16 * TIB / 1_000_000 / CLUSTER * CLUSTER;
    ExtentSource scattered =
        visitor -> {
          for (int i = 0; i < 1_000_000; i++) {
            long offset = i * step + random.nextLong(step / CLUSTER - 1) * CLUSTER;
            visitor.visit(i % 2 == 0 ? data(offset, CLUSTER) : zero(offset, CLUSTER));
          }
        };
    var spec = Qcow2Spec.ofSize(16 * TIB).over("base");
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    var plan = ClusterPlan.of(spec, scattered);
    long extentBytes = 1_000_000L * 64;
    assertThat(threads.getCurrentThreadAllocatedBytes() - before)
        .isLessThan((66L << 20) + extentBytes);
    assertThat(plan.data().count()).isEqualTo(500_000);
  }
}
