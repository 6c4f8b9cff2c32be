package atoll.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageChainTest extends BlockImageContract {
  private static List<MemoryImage> layers(long seed) {
    var random = new Random(seed);
    List<MemoryImage> layers = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      layers.add(MemoryImage.random(random, 100 + random.nextInt(2000)));
    }
    return layers;
  }

  /** Byte for byte: go down until a layer has something, or ends. */
  private static byte read(List<MemoryImage> layers, int offset) {
    for (MemoryImage layer : layers) {
      if (offset >= layer.sizeBytes()) {
        return 0;
      }
      if (layer.kindAt(offset) != Kind.ABSENT) {
        return layer.byteAt(offset);
      }
    }
    return 0;
  }

  private static Kind kind(List<MemoryImage> layers, int offset) {
    for (MemoryImage layer : layers) {
      if (offset >= layer.sizeBytes()) {
        return Kind.ZERO;
      }
      if (layer.kindAt(offset) != Kind.ABSENT) {
        return layer.kindAt(offset);
      }
    }
    return Kind.ABSENT;
  }

  private static byte[] content(List<MemoryImage> layers) {
    var content = new byte[(int) layers.getFirst().sizeBytes()];
    for (int i = 0; i < content.length; i++) {
      content[i] = read(layers, i);
    }
    return content;
  }

  @Override
  protected BlockImage open() {
    return ImageChain.of(List.copyOf(layers(5)));
  }

  @Override
  protected byte[] expected() {
    return content(layers(5));
  }

  @Test
  void topmostLayerThatHoldsSomethingDecides() throws IOException {
    for (int seed = 0; seed < 200; seed++) {
      List<MemoryImage> layers = layers(seed);
      try (var chain = ImageChain.of(List.copyOf(layers))) {
        assertThat(Images.content(chain)).as("seed %s", seed).isEqualTo(content(layers));
        for (Extent extent : Images.extents(chain)) {
          for (long i = extent.offsetBytes(); i < extent.endBytes(); i++) {
            assertThat(extent.kind()).as("seed %s", seed).isEqualTo(kind(layers, (int) i));
          }
        }
      }
    }
  }

  @Test
  void incrementOverWhatIsBelowIsTheWhole() throws IOException {
    for (int seed = 0; seed < 200; seed++) {
      List<MemoryImage> layers = layers(seed);
      for (int upper = 1; upper <= layers.size(); upper++) {
        List<MemoryImage> lower = layers.subList(upper, layers.size());
        byte[] below = lower.isEmpty() ? new byte[0] : content(lower);
        try (var increment = ImageChain.above(List.copyOf(layers), upper)) {
          assertThat(Images.content(increment)).isEqualTo(content(layers));
          assertThat(Images.over(below, increment))
              .as("seed %s, upper %s", seed, upper)
              .isEqualTo(content(layers));
        }
      }
    }
  }

  @Test
  void shorterMiddleLayerHidesWhatLiesBeneathItsEnd() throws IOException {
    var random = new Random(1);
    var top = MemoryImage.random(random, 1600);
    var middle = MemoryImage.random(random, 160);
    var base = MemoryImage.random(random, 1600);
    var increment = ImageChain.above(List.of(top, middle, base), 2);
    assertThat(Images.extents(increment, 160, 1440)).noneMatch(e -> e.kind() == Kind.ABSENT);
    var newest = ImageChain.above(List.of(top, middle, base), 1);
    assertThat(Images.extents(newest)).isEqualTo(Images.extents(top));
  }

  @Test
  void closesAllLayersAlsoIfOneFails() {
    var random = new Random(1);
    var top = MemoryImage.random(random, 13);
    var base = MemoryImage.random(random, 100);
    var chain = ImageChain.of(List.of(top, base));
    assertThatThrownBy(chain::close).hasMessage("cannot close");
    assertThat(top.isClosed()).isTrue();
    assertThat(base.isClosed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 2})
  void refusesMoreOrFewerUpperLayersThanThereAre(int upper) {
    var layer = MemoryImage.random(new Random(1), 100);
    assertThatThrownBy(() -> ImageChain.above(List.of(layer), upper))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
