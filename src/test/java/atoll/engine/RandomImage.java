package atoll.engine;

import atoll.model.Volume;
import java.util.Arrays;
import java.util.Random;

/** Random content of volumes: a few stretches of equal bytes, so that it is soon compared. */
final class RandomImage {
  private static final int CLUSTER = 1 << 16;
  private static final int SECTOR = Volume.SECTOR_BYTES;

  private RandomImage() {}

  /** From 512 bytes to 3 MiB, often odd. */
  static int sizeBytes(Random random) {
    int clusters = 1 + random.nextInt(48);
    return switch (random.nextInt(3)) {
      case 0 -> clusters * CLUSTER;
      case 1 -> (clusters * CLUSTER) + SECTOR * (1 + random.nextInt(127));
      default -> SECTOR * (1 + random.nextInt(2000));
    };
  }

  /** Content of a random size. */
  static byte[] of(Random random) {
    byte[] image = new byte[sizeBytes(random)];
    for (int i = random.nextInt(8); i > 0; i--) {
      int from = random.nextInt(image.length);
      int end = from + random.nextInt(image.length - from) + 1;
      Arrays.fill(image, from, end, (byte) random.nextInt(256));
    }
    return image;
  }
}
