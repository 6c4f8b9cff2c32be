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
    int opened = 0;
    for (int seed = 0; seed < QemuTools.seeds(2500, 200_000); seed++) {
      var random = new Random(seed);
      ImageBytes bytes = images.get(random.nextInt(images.size())).get();
      flip(bytes, random);
      try {
        Path file = bytes.write(folder.resolve("image"));
        try (var image = Qcow2Image.open(file)) {
          opened++;
          readEverything(image);
        }
      } catch (IOException e) {
        assertThat(e.getMessage()).as("seed %s", seed).contains("image: ");
      } catch (RuntimeException | OutOfMemoryError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(opened).isGreaterThan(100);
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

  private static void readEverything(BlockImage image) throws IOException {
    int length = (int) Math.min(image.sizeBytes(), 1 << 20);
    Images.content(image, 0, length);
    Images.content(image, image.sizeBytes() - length, length);
    Images.extents(image);
  }
}
