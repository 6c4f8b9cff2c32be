package atoll.format.vhd;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.BlockImage;
import atoll.format.Images;
import atoll.format.QemuTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file says: data, or an IOException. */
class VhdFlipTest {
  private static final int[] TYPES = {VhdBytes.FIXED, VhdBytes.DYNAMIC, VhdBytes.DIFFERENCING};

  @TempDir Path folder;

  @Test
  void flippedBytesGiveDataOrAnIOException() throws IOException {
    new VhdBytes(VhdBytes.DYNAMIC, 200 * 512, 14)
        .id(new UUID(7, 7))
        .build(new Random(1))
        .write(folder.resolve("base.vhd"));
    int opened = 0;
    for (int seed = 0; seed < QemuTools.seeds(2500, 200_000); seed++) {
      var random = new Random(seed);
      VhdBytes bytes = image(random);
      flip(bytes, random);
      try {
        Path file = bytes.write(folder.resolve("image"));
        try (var image = VhdChain.open(file)) {
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

  private static VhdBytes image(Random random) {
    int blockBits = 9 + random.nextInt(8);
    return new VhdBytes(TYPES[random.nextInt(TYPES.length)], 200 * 512, blockBits)
        .parent(new UUID(7, 7), 0, "base.vhd")
        .locator("MacX", "file://./base.vhd".getBytes(StandardCharsets.UTF_8))
        .put(0, new byte[512])
        .put(150, new byte[512])
        .build(random);
  }

  /** One to four bytes of what is not data; mostly with checksums that hide it. */
  private static void flip(VhdBytes bytes, Random random) {
    int flips = 1 + random.nextInt(4);
    for (int i = 0; i < flips; i++) {
      int place =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(512);
            case 1 -> bytes.footerOffset() + random.nextInt(90);
            case 2 -> 512 + random.nextInt(90);
            default -> 512 + random.nextInt(3000);
          };
      bytes.int8(place % bytes.length(), random.nextInt());
    }
    if (random.nextInt(4) > 0) {
      bytes.seal();
    }
  }

  private static void readEverything(BlockImage image) throws IOException {
    int length = (int) Math.min(image.sizeBytes(), 1 << 20);
    Images.content(image, 0, length);
    Images.content(image, image.sizeBytes() - length, length);
    Images.extents(image);
  }
}
