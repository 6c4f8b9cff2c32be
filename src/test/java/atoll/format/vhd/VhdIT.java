package atoll.format.vhd;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.Images;
import atoll.format.QemuTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** QEMU and we read the same in what QEMU writes and in what we write. */
class VhdIT {
  @TempDir Path folder;
  private QemuTools tools = new QemuTools(Path.of(""));

  @BeforeAll
  static void require() {
    QemuTools.require();
  }

  @BeforeEach
  void tools() {
    tools = new QemuTools(folder);
  }

  static IntStream seeds() {
    return IntStream.range(0, QemuTools.seeds(25, 2000));
  }

  private byte[] asRead(String file) throws IOException {
    tools.run("qemu-img", "convert", "-f", "vpc", "-O", "raw", file, "image.raw");
    return Files.readAllBytes(folder.resolve("image.raw"));
  }

  private static List<Extent> data(List<Extent> extents) {
    return extents.stream().filter(extent -> extent.kind() == Kind.DATA).toList();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatQemuWritesReadsAsInQemu(int seed) throws IOException {
    var random = new Random(seed);
    boolean fixed = random.nextInt(3) == 0;
    long sectors = random.nextLong(1, (24 << 20) / 512);
    String options =
        "subformat=%s,force_size=%s"
            .formatted(fixed ? "fixed" : "dynamic", random.nextBoolean() ? "on" : "off");
    tools.run(
        "qemu-img", "create", "-q", "-f", "vpc", "-o", options, "image.vhd", "" + sectors * 512);
    tools.io("image.vhd", "vpc", operations(sectors, random));
    byte[] expected = asRead("image.vhd");
    try (var image = VhdImage.open(folder.resolve("image.vhd"))) {
      assertThat(image.type()).isEqualTo(fixed ? VhdType.FIXED : VhdType.DYNAMIC);
      assertThat(image.sizeBytes()).isEqualTo(expected.length);
      assertThat(Arrays.mismatch(Images.content(image), expected)).isEqualTo(-1);
      checkData(image);
    }
  }

  /** What is a hole in a fixed disk, QEMU calls data. */
  private void checkData(VhdImage image) throws IOException {
    if (image.type() == VhdType.DYNAMIC) {
      assertThat(data(Images.extents(image))).isEqualTo(data(tools.extents("image.vhd", "vpc")));
    }
  }

  private static List<String> operations(long sectors, Random random) {
    List<String> operations = new ArrayList<>(List.of("read 0 512"));
    int count = random.nextInt(12);
    for (int i = 0; i < count; i++) {
      long offset = random.nextLong(sectors);
      long length = random.nextLong(1, Math.min(sectors - offset, 6000) + 1);
      operations.add(
          "write -P %d %d %d".formatted(random.nextInt(256), offset * 512, length * 512));
    }
    return operations;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatWeWriteReadsAsInQemu(int seed) throws IOException {
    var random = new Random(seed);
    RandomContent made = RandomContent.write(folder.resolve("image.vhd"), random);
    assertThat(tools.run("qemu-img", "info", "-f", "vpc", "image.vhd"))
        .contains("(" + made.content().length + " bytes)");
    assertThat(Arrays.mismatch(asRead("image.vhd"), made.content())).isEqualTo(-1);
    try (var image = VhdImage.open(folder.resolve("image.vhd"))) {
      checkData(image);
    }
    byte[] expected = made.content().clone();
    int sectors = expected.length / 512;
    int from = random.nextInt(sectors);
    int to = from + 1 + random.nextInt(sectors - from);
    String write = "write -P 77 %d %d".formatted(from * 512, (to - from) * 512);
    tools.io("image.vhd", "vpc", List.of(write));
    Arrays.fill(expected, from * 512, to * 512, (byte) 77);
    try (var image = VhdImage.open(folder.resolve("image.vhd"))) {
      assertThat(Arrays.mismatch(Images.content(image), expected)).isEqualTo(-1);
    }
  }

  /** Geometry: 1 cylinder of 4 heads and 17 sectors; the current size is larger. */
  @ParameterizedTest
  @CsvSource({
    "'tap\0', 66577",
    "'tap1', 66577",
    "'win ', 66577",
    "'qem2', 66577",
    "'d2v ', 66577",
    "'CTXS', 66577",
    "'qemu', 66577",
    "'vpc ', 66577",
    "'vs  ', 66577",
    "'vbox', 66577",
    "'vpc ', -61185",
  })
  void sizeIsWhatQemuTakes(String creator, int geometry) throws IOException {
    for (int type : new int[] {VhdBytes.FIXED, VhdBytes.DYNAMIC}) {
      Path file =
          new VhdBytes(type, 163840, 14)
              .creator(creator, geometry)
              .build(new Random(1))
              .write(folder.resolve("image.vhd"));
      try (var image = VhdImage.open(file)) {
        assertThat(tools.run("qemu-img", "info", "-f", "vpc", "image.vhd"))
            .contains("(" + image.sizeBytes() + " bytes)");
      }
    }
  }

  @Test
  void largestDiskIsInOrderForQemu() throws IOException {
    long size = 2040L << 30;
    Path file = folder.resolve("image.vhd");
    VhdSpec spec = VhdSpec.ofSize(size, new UUID(1, 2), Instant.EPOCH);
    try (var writer =
        VhdWriter.create(file, spec, v -> v.visit(new Extent(size - 512, 512, Kind.DATA)))) {
      writer.finish(true);
    }
    tools.io(
        "image.vhd",
        "vpc",
        List.of("write -P 5 " + (size - 512) + " 512", "write -P 6 1T 1M", "read -P 6 1T 1M"));
    try (var image = VhdImage.open(file)) {
      assertThat(Images.content(image, size - 1, 1)).isEqualTo(new byte[] {5});
      assertThat(Images.content(image, 1L << 40, 1)).isEqualTo(new byte[] {6});
      assertThat(data(Images.extents(image))).isEqualTo(data(tools.extents("image.vhd", "vpc")));
    }
  }
}
