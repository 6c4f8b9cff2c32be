package atoll.format.vhd;

import atoll.format.BlockImage;
import atoll.format.BlockImageContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A chain promises what every image does. */
class VhdChainContractTest extends BlockImageContract {
  @TempDir Path folder;
  private Path leaf = Path.of("");
  private byte[] content = {};

  @BeforeEach
  void write() throws IOException {
    RandomLayers layers = RandomLayers.write(folder, new Random(4));
    leaf = layers.files().getFirst();
    content = layers.content();
  }

  @Override
  protected BlockImage open() throws IOException {
    return VhdChain.open(leaf);
  }

  @Override
  protected byte[] expected() {
    return content;
  }
}
