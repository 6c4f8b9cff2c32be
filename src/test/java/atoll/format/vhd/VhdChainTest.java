package atoll.format.vhd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import atoll.format.Extent.Kind;
import atoll.format.ImageChain;
import atoll.format.Images;
import atoll.format.QemuTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VhdChainTest {
  private static final UUID BASE = new UUID(1, 1);
  private static final UUID CHILD = new UUID(2, 2);
  private static final int TIME = 700_000_000;

  @TempDir Path folder;
  private final Random random = new Random(1);

  private static byte[] filled(int value) {
    var data = new byte[512];
    Arrays.fill(data, (byte) value);
    return data;
  }

  private Path base(String name) throws IOException {
    return new VhdBytes(VhdBytes.DYNAMIC, 64 * 512, 12)
        .id(BASE)
        .put(1, filled(1))
        .put(2, filled(1))
        .build(random)
        .write(folder.resolve(name));
  }

  private VhdBytes child() {
    return new VhdBytes(VhdBytes.DIFFERENCING, 64 * 512, 12).id(CHILD).put(2, filled(2));
  }

  private Path write(VhdBytes bytes, String name) throws IOException {
    return bytes.build(random).write(folder.resolve(name));
  }

  private static void refused(Path leaf, String problem) {
    assertThatThrownBy(() -> VhdChain.open(leaf).close())
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void chainsReadLikeTheModel() throws IOException {
    for (int seed = 0; seed < QemuTools.seeds(100, 10_000); seed++) {
      var trial = new Random(seed);
      RandomLayers layers = RandomLayers.write(folder, trial);
      byte[] expected = layers.content();
      Path leaf = layers.files().getFirst();
      try (var chain =
          trial.nextBoolean() ? VhdChain.open(leaf) : VhdChain.ofFiles(layers.files())) {
        assertThat(chain.warnings()).as("seed %s", seed).isEmpty();
        assertThat(chain.layers()).hasSameSizeAs(layers.files());
        assertThat(chain.sizeBytes()).isEqualTo(expected.length);
        assertThat(Arrays.mismatch(Images.content(chain), expected))
            .as("seed %s", seed)
            .isEqualTo(-1);
        assertThat(Images.extents(chain)).as("seed %s", seed).isEqualTo(layers.extents());
        VhdImage own = chain.layers().getFirst();
        Kind nothing = own.type() == VhdType.DIFFERENCING ? Kind.ABSENT : Kind.ZERO;
        assertThat(Images.extents(own)).as("seed %s", seed).isEqualTo(layers.ownExtents(nothing));
        int offset = trial.nextInt(expected.length);
        int length = trial.nextInt(expected.length - offset + 1);
        assertThat(Images.content(chain, offset, length))
            .as("seed %s", seed)
            .isEqualTo(Arrays.copyOfRange(expected, offset, offset + length));
      }
    }
  }

  @Test
  void newestLayerAloneIsAnIncrement() throws IOException {
    base("base.vhd");
    Path leaf = write(child().parent(BASE, TIME, "base.vhd"), "leaf.vhd");
    try (var chain = VhdChain.open(leaf)) {
      var increment = ImageChain.above(List.copyOf(chain.layers()), 1);
      assertThat(Images.extents(increment)).hasSize(3);
      assertThat(Images.content(increment, 512, 1024)).startsWith(1).endsWith(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "W2ru .\\base.vhd",
        "W2ru ..\\..\\elsewhere\\base.vhd",
        "W2ku \\\\server\\share\\base.vhd",
        "MacX file:///var/run/sr-mount/1/base.vhd",
        "MacX file://./base.vhd\0\0",
        "MacX base.vhd",
      })
  void parentIsFoundBesideItsChildByItsNameAlone(String locator) throws IOException {
    base("base.vhd");
    String text = locator.substring(5);
    byte[] data =
        text.getBytes(locator.startsWith("W") ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8);
    Path leaf =
        write(child().locator(locator.substring(0, 4), data).parent(BASE, TIME, ""), "leaf.vhd");
    try (var chain = VhdChain.open(leaf)) {
      assertThat(chain.layers()).hasSize(2);
      assertThat(chain.layers().getFirst().parent()).isNotNull();
    }
  }

  @Test
  void nextNameIsTriedWhereOneIsNotThere() throws IOException {
    base("base.vhd");
    byte[] other = "C:\\not here.vhd".getBytes(StandardCharsets.UTF_16LE);
    Path leaf = write(child().locator("W2ru", other).parent(BASE, TIME, "base.vhd"), "leaf.vhd");
    VhdChain.open(leaf).close();
  }

  @Test
  void parentIsKnownByItsIdWhateverTheFilesAreCalled() throws IOException {
    Path below = base("1.vhd");
    Path leaf = write(child().parent(BASE, TIME, "names of another machine.vhd"), "0.vhd");
    try (var chain = VhdChain.ofFiles(List.of(leaf, below))) {
      assertThat(Images.content(chain, 512, 1024)).startsWith(1).endsWith(2);
    }
    refused(leaf, "parent is none of [names of another machine.vhd]");
    assertThatThrownBy(() -> VhdChain.ofFiles(List.of(leaf)).close())
        .hasMessageContaining(BASE + " is not among the files");
    assertThatThrownBy(() -> VhdChain.ofFiles(List.of(below, leaf)).close())
        .hasMessageContaining("needs no parent");
    assertThatThrownBy(() -> VhdChain.ofFiles(List.of(leaf, leaf)).close())
        .hasMessageContaining("leads back");
    assertThatThrownBy(() -> VhdChain.ofFiles(List.of()).close())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anotherDiskUnderTheParentsNameIsRefused() throws IOException {
    base("base.vhd");
    Path leaf = write(child().parent(new UUID(3, 3), TIME, "base.vhd"), "leaf.vhd");
    refused(leaf, "leaf.vhd: parent unique id is 00000000-0000-0003-0000-000000000003");
  }

  @Test
  void parentsLaterTimeIsAWarning() throws IOException {
    Path base = base("base.vhd");
    Files.setLastModifiedTime(base, FileTime.from(Instant.parse("2024-01-01T00:00:00.5Z")));
    Path leaf = write(child().parent(BASE, TIME + 1, "base.vhd"), "leaf.vhd");
    try (var chain = VhdChain.open(leaf)) {
      assertThat(chain.warnings()).hasSize(1);
      assertThat(chain.warnings().getFirst())
          .contains("leaf.vhd: parent time stamp is 2022-03-07T20:26:41Z", "2024-01-01T00:00:00Z");
    }
    Files.setLastModifiedTime(base, FileTime.from(Instant.parse("2022-03-07T20:26:41.5Z")));
    try (var chain = VhdChain.open(leaf)) {
      assertThat(chain.warnings()).isEmpty();
    }
  }

  @Test
  void loopsAndLongChainsAreRefused() throws IOException {
    Path self = write(child().parent(CHILD, TIME, "self.vhd"), "self.vhd");
    refused(self, "leads back to it");
    write(child().parent(CHILD, TIME, "b.vhd"), "a.vhd");
    refused(write(child().parent(CHILD, TIME, "a.vhd"), "b.vhd"), "leads back to it");
    List<Path> files = new ArrayList<>();
    for (int i = 0; i <= VhdChain.LAYERS_MAX; i++) {
      files.add(write(child().parent(CHILD, TIME, (i + 1) + ".vhd"), i + ".vhd"));
    }
    refused(files.getFirst(), "more than 128 files");
  }

  @Test
  void parentIsNotLookedForElsewhere() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.move(base("base.vhd"), other.resolve("base.vhd"));
    refused(
        write(child().parent(BASE, TIME, "other/base.vhd"), "leaf.vhd"),
        "parent is none of [base.vhd]");
    refused(write(child().parent(BASE, TIME, ".."), "leaf.vhd"), "parent is none of []");
    refused(write(child().parent(BASE, TIME, "\ud800"), "leaf.vhd"), "parent is none of");
    refused(write(child().parent(BASE, TIME, "x".repeat(256)), "leaf.vhd"), "parent is none of []");
    Files.createSymbolicLink(folder.resolve("base.vhd"), other.resolve("base.vhd"));
    refused(write(child().parent(BASE, TIME, "base.vhd"), "leaf.vhd"), "leads to");
  }

  @Test
  void brokenLocatorsAreRefused() throws IOException {
    int locator = VhdBytes.HEADER + 576;
    byte[] name = "base.vhd".getBytes(StandardCharsets.UTF_8);
    for (int length : new int[] {65537, -1, 60_000}) {
      VhdBytes bytes =
          child().locator("MacX", name).build(random).int32(locator + 8, length).seal();
      refused(bytes.write(folder.resolve("leaf.vhd")), "parent locator 0");
    }
    for (long offset : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1 << 20}) {
      VhdBytes bytes =
          child().locator("MacX", name).build(random).int64(locator + 16, offset).seal();
      refused(bytes.write(folder.resolve("leaf.vhd")), "parent locator 0");
    }
  }
}
