package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.BlockImage;
import atoll.format.Images;
import atoll.format.QemuTools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file says: data, or an IOException. */
class Qcow2FlipTest {
  @TempDir Path folder;

  @Test
  void flippedBytesGiveDataOrAnIOException() {
    List<Supplier<ImageBytes>> images =
        List.of(
            () -> ImageBytes.standard(2).backingFile("base"),
            () -> ImageBytes.standard(3).backingFormat("raw").backingFile("base.raw"),
            () -> ImageBytes.standard(3).extension(ImageBytes.EXTENSIONS, 0x6803f857, "\0\7name"),
            ImageBytes::extended);
    flip(2500, images, Qcow2FlipTest::flip, Qcow2FlipTest::readEverything);
  }

  @Test
  void flippedBytesOfCompressedClustersGiveDataOrAnIOException() {
    List<Supplier<ImageBytes>> images =
        List.of(
            () -> ImageBytes.compressed(2, CompressionType.ZLIB),
            () -> ImageBytes.compressed(3, CompressionType.ZLIB),
            () -> ImageBytes.compressed(3, CompressionType.ZSTD),
            ImageBytes::extendedCompressed);
    flip(1500, images, Qcow2FlipTest::flipCompressed, Qcow2FlipTest::readEverything);
  }

  @Test
  void flippedBytesOfInternalSnapshotsGiveDataOrAnIOException() {
    flip(
        1500,
        List.of(ImageBytes::withInternalSnapshots),
        Qcow2FlipTest::flipInternalSnapshots,
        Qcow2FlipTest::readInternalSnapshots);
  }

  @Test
  void flippedBytesOfBitmapsGiveAListOrAnIOException() {
    flip(
        1500,
        List.of(ImageBytes::withBitmaps),
        Qcow2FlipTest::flipBitmaps,
        file -> {
          try (var image = Qcow2Image.open(file)) {
            image.dirtyBitmaps();
          }
        });
  }

  private interface Flip {
    void flip(ImageBytes bytes, Random random);
  }

  private interface Read {
    void read(Path file) throws IOException;
  }

  private void flip(int seeds, List<Supplier<ImageBytes>> images, Flip flip, Read read) {
    int whole = 0;
    for (int seed = 0; seed < QemuTools.seeds(seeds, 80 * seeds); seed++) {
      var random = new Random(seed);
      ImageBytes bytes = images.get(random.nextInt(images.size())).get();
      flip.flip(bytes, random);
      try {
        read.read(bytes.write(folder.resolve("image")));
        whole++;
      } catch (IOException e) {
        assertThat(e.getMessage()).as("seed %s", seed).contains("image: ");
      } catch (RuntimeException | OutOfMemoryError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(whole).isGreaterThan(100);
  }

  /** One to four bytes of the tables or, more often, of the header. */
  private static void flip(ImageBytes bytes, Random random) {
    int tables = bytes.at(ImageBytes.DATA);
    int flips = 1 + random.nextInt(4);
    for (int i = 0; i < flips; i++) {
      int offset = random.nextBoolean() ? random.nextInt(160) : table(bytes, random);
      bytes.int8(offset % tables, random.nextInt());
    }
  }

  private static int table(ImageBytes bytes, Random random) {
    int cluster = ImageBytes.L1 + random.nextInt(3);
    return bytes.at(cluster) + random.nextInt(96);
  }

  /** Compressed data, too, or the entries that point to them. */
  private static void flipCompressed(ImageBytes bytes, Random random) {
    if (random.nextInt(4) == 0) {
      flip(bytes, random);
    }
    int offset = random.nextBoolean() ? bytes.at(ImageBytes.L2) : bytes.at(ImageBytes.DATA);
    bytes.int8(offset + random.nextInt(random.nextBoolean() ? 32 : 1500), random.nextInt());
  }

  /** The snapshot table, the L1 table of a snapshot, or its L2 table. */
  private static void flipInternalSnapshots(ImageBytes bytes, Random random) {
    if (random.nextInt(4) == 0) {
      flip(bytes, random);
    }
    int flips = 1 + random.nextInt(3);
    for (int i = 0; i < flips; i++) {
      int cluster = ImageBytes.SNAPSHOT_TABLE + random.nextInt(3);
      bytes.int8(bytes.at(cluster) + random.nextInt(150), random.nextInt());
    }
  }

  /** The extension, or the directory. */
  private static void flipBitmaps(ImageBytes bytes, Random random) {
    int flips = 1 + random.nextInt(3);
    for (int i = 0; i < flips; i++) {
      int offset =
          random.nextBoolean()
              ? ImageBytes.EXTENSIONS + random.nextInt(40)
              : bytes.at(ImageBytes.BITMAP_DIRECTORY) + random.nextInt(72);
      bytes.int8(offset, random.nextInt());
    }
  }

  private static void readEverything(Path file) throws IOException {
    try (var image = Qcow2Image.open(file)) {
      readEverything(image);
    }
  }

  private static void readInternalSnapshots(Path file) throws IOException {
    try (var now = Qcow2Image.open(file)) {
      for (InternalSnapshot snapshot : now.internalSnapshots()) {
        try (var then = Qcow2Image.openAt(file, snapshot.id())) {
          readEverything(then);
          now.differences(then, extent -> {});
          then.differences(now, extent -> {});
        }
      }
    }
  }

  private static void readEverything(BlockImage image) throws IOException {
    Images.extents(image);
    int length = (int) Math.min(image.sizeBytes(), 1 << 20);
    Images.content(image, 0, length);
    Images.content(image, image.sizeBytes() - length, length);
  }
}
