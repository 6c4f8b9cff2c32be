package atoll.format.vhd;

import atoll.format.BlockImage;
import atoll.format.BlockImageContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A differencing disk alone promises what every image does. */
class VhdContractTest extends BlockImageContract {
  @TempDir Path folder;
  private byte[] content = {};

  @BeforeEach
  void write() throws IOException {
    var random = new Random(1);
    var bytes = new VhdBytes(VhdBytes.DIFFERENCING, 900 * 512, 14);
    content = new byte[900 * 512];
    for (int sector = 0; sector < 900; sector++) {
      if (sector / 100 % 2 == 0 && random.nextInt(10) > 0) {
        var data = new byte[512];
        random.nextBytes(data);
        bytes.put(sector, data);
        System.arraycopy(data, 0, content, sector * 512, 512);
      }
    }
    bytes.build(random).write(folder.resolve("image.vhd"));
  }

  @Override
  protected BlockImage open() throws IOException {
    return VhdImage.open(folder.resolve("image.vhd"));
  }

  @Override
  protected byte[] expected() {
    return content;
  }
}
