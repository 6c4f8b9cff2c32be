package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ImageChain;
import atoll.format.Images;
import atoll.format.QemuTools;
import atoll.format.RawImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever QEMU writes, QEMU and we read the same. */
class Qcow2ReaderIT {
  @TempDir Path folder;

  @BeforeAll
  static void tools() {
    QemuTools.require();
  }

  static IntStream seeds() {
    return IntStream.range(0, QemuTools.seeds(60, 4000));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void randomChainsReadAsInQemu(int seed) throws IOException {
    var random = new Random(seed);
    var chain = RandomChain.make(new QemuTools(folder), random);
    chain.tools().run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", chain.top(), "out.raw");
    byte[] expected = Files.readAllBytes(folder.resolve("out.raw"));
    try (var image = Qcow2Chain.open(folder.resolve(chain.top()), folder)) {
      assertThat(image.sizeBytes()).isEqualTo(expected.length);
      assertThat(Arrays.mismatch(Images.content(image), expected)).isEqualTo(-1);
      checkRanges(image, expected, random);
      checkData(image, chain);
    }
    for (String file : chain.files()) {
      checkOwnExtents(chain.tools(), file);
    }
    for (int upper = 1; upper <= chain.files().size(); upper++) {
      checkIncrement(chain.files(), upper, expected);
    }
  }

  private static void checkRanges(BlockImage image, byte[] expected, Random random)
      throws IOException {
    List<Extent> all = Images.extents(image);
    for (int i = 0; i < 20; i++) {
      int offset = random.nextInt(expected.length);
      int length = 1 + random.nextInt(expected.length - offset);
      assertThat(Images.content(image, offset, length))
          .isEqualTo(Arrays.copyOfRange(expected, offset, offset + length));
      assertThat(Images.extents(image, offset, length)).isEqualTo(Images.cut(all, offset, length));
    }
  }

  private void checkOwnExtents(QemuTools tools, String file) throws IOException {
    try (var image = open(file)) {
      List<Extent> expected =
          file.endsWith(".raw") ? tools.extents(file, "raw") : tools.ownExtents(file);
      assertThat(Images.extents(image)).as(file).isEqualTo(expected);
    }
  }

  /** In a chain QEMU does not tell apart all kinds of zeros as we do, but what is data it knows. */
  private static void checkData(BlockImage image, RandomChain chain) throws IOException {
    List<Extent> expected = chain.tools().extents(chain.top(), "qcow2");
    assertThat(Images.extents(image).stream().filter(e -> e.kind() == Kind.DATA))
        .isEqualTo(expected.stream().filter(e -> e.kind() == Kind.DATA).toList());
  }

  /** What the upper layers hold, put over what the lower ones read as, is the whole. */
  private void checkIncrement(List<String> files, int upper, byte[] expected) throws IOException {
    byte[] below = {};
    if (upper < files.size()) {
      try (var lower = ImageChain.of(layers(files.subList(0, files.size() - upper)))) {
        below = Images.content(lower);
      }
    }
    try (var increment = ImageChain.above(layers(files), upper)) {
      assertThat(Arrays.mismatch(Images.content(increment), expected)).isEqualTo(-1);
      assertThat(Arrays.mismatch(Images.over(below, increment), expected))
          .as("upper %s", upper)
          .isEqualTo(-1);
    }
  }

  private List<BlockImage> layers(List<String> baseFirst) throws IOException {
    List<BlockImage> layers = new ArrayList<>();
    for (String file : baseFirst.reversed()) {
      layers.add(open(file));
    }
    return layers;
  }

  private BlockImage open(String file) throws IOException {
    Path path = folder.resolve(file);
    return file.endsWith(".raw") ? RawImage.open(path) : Qcow2Image.open(path);
  }
}
