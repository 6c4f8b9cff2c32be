package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.format.Images;
import atoll.format.QemuTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Internal snapshots and bitmaps that QEMU made, QEMU and we see the same. */
class InternalSnapshotIT {
  @TempDir Path folder;
  private QemuTools tools;

  @BeforeAll
  static void require() {
    QemuTools.require();
  }

  @BeforeEach
  void tools() {
    tools = new QemuTools(folder);
  }

  static IntStream seeds() {
    return IntStream.range(0, QemuTools.seeds(15, 1500));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void randomInternalSnapshotsReadAsInQemu(int seed) throws IOException {
    var image = RandomInternalSnapshots.make(tools, new Random(seed));
    Path top = folder.resolve(image.top());
    JsonNode info = info(image);
    List<byte[]> contents = new ArrayList<>();
    try (var now = Qcow2Image.open(top)) {
      assertThat(now.internalSnapshots()).map(InternalSnapshotIT::described).isEqualTo(told(info));
      assertThat(now.dirtyBitmaps()).isEqualTo(bitmaps(info));
      for (InternalSnapshot snapshot : now.internalSnapshots()) {
        contents.add(checkSnapshot(image, snapshot));
      }
    }
    contents.add(converted(image.top()));
    try (var active = Qcow2Chain.open(top, folder)) {
      assertThat(Arrays.mismatch(Images.content(active), contents.getLast())).isEqualTo(-1);
    }
    checkDifferences(image, contents);
  }

  private byte[] converted(String file, String... options) throws IOException {
    var command = new ArrayList<>(List.of("qemu-img", "convert", "-f", "qcow2", "-O", "raw"));
    command.addAll(List.of(options));
    command.addAll(List.of(file, "out.raw"));
    tools.run(command);
    return Files.readAllBytes(folder.resolve("out.raw"));
  }

  /** Compares with the image as QEMU itself makes it go back to the snapshot. */
  private byte[] checkSnapshot(RandomInternalSnapshots image, InternalSnapshot snapshot)
      throws IOException {
    Path top = folder.resolve(image.top());
    Path copy = folder.resolve("copy.qcow2");
    Files.copy(top, copy, StandardCopyOption.REPLACE_EXISTING);
    try (var bitmaps = Qcow2Image.open(copy)) {
      for (DirtyBitmap bitmap : bitmaps.dirtyBitmaps()) { // with them QEMU refuses to go back
        tools.run("qemu-img", "bitmap", "--remove", "copy.qcow2", bitmap.name());
      }
    }
    tools.run("qemu-img", "snapshot", "-a", snapshot.id(), "copy.qcow2");
    byte[] expected = converted("copy.qcow2");
    try (var then = Qcow2Chain.openAt(top, snapshot.id(), folder)) {
      assertThat(then.sizeBytes()).isEqualTo(snapshot.sizeBytes()).isEqualTo(expected.length);
      assertThat(Arrays.mismatch(Images.content(then), expected)).isEqualTo(-1);
    }
    try (var own = Qcow2Image.openAt(top, snapshot.id())) {
      assertThat(Images.extents(own)).isEqualTo(tools.ownExtents("copy.qcow2"));
      assertThat(own.allocatedBytes()).isNotNegative();
    }
    if (snapshot.sizeBytes() == image.sizeBytes()) {
      byte[] loaded = converted(image.top(), "-l", "snapshot.id=" + snapshot.id());
      assertThat(Arrays.mismatch(loaded, expected)).isEqualTo(-1);
    }
    return expected;
  }

  /** Outside of the differences all is the same, and within them something was written. */
  private void checkDifferences(RandomInternalSnapshots image, List<byte[]> contents)
      throws IOException {
    Path top = folder.resolve(image.top());
    for (int older = 0; older < contents.size(); older++) {
      BitSet written = new BitSet();
      for (int newer = older; newer < contents.size(); newer++) {
        try (var before = state(top, older);
            var after = state(top, newer)) {
          List<Extent> later = differences(after, before, contents.get(newer), contents.get(older));
          List<Extent> earlier =
              differences(before, after, contents.get(older), contents.get(newer));
          checkWritten(later, written, image.clusterBits());
          checkWritten(earlier, written, image.clusterBits());
        }
        if (newer < image.touched().size()) {
          written.or(image.touched().get(newer));
        }
      }
    }
  }

  private static Qcow2Image state(Path top, int index) throws IOException {
    try (var now = Qcow2Image.open(top)) {
      List<InternalSnapshot> snapshots = now.internalSnapshots();
      return index == snapshots.size()
          ? Qcow2Image.open(top)
          : Qcow2Image.openAt(top, snapshots.get(index).id());
    }
  }

  /** What is not in the differences is as in the other. */
  private static List<Extent> differences(
      Qcow2Image image, Qcow2Image other, byte[] content, byte[] otherContent) throws IOException {
    List<Extent> differences = new ArrayList<>();
    image.differences(other, differences::add);
    byte[] made = Arrays.copyOf(otherContent, content.length);
    List<Extent> all = Images.extents(image);
    for (Extent extent : differences) {
      assertThat(Images.cut(all, extent.offsetBytes(), extent.lengthBytes()))
          .containsExactly(extent);
      int start = (int) extent.offsetBytes();
      System.arraycopy(content, start, made, start, (int) extent.lengthBytes());
    }
    assertThat(Arrays.mismatch(made, content)).isEqualTo(-1);
    return differences;
  }

  private static void checkWritten(List<Extent> differences, BitSet written, int clusterBits) {
    for (Extent extent : differences) {
      int first = (int) (extent.offsetBytes() >>> clusterBits);
      int last = (int) ((extent.endBytes() - 1) >>> clusterBits);
      assertThat(written.nextClearBit(first)).as("%s", extent).isGreaterThan(last);
    }
  }

  private JsonNode info(RandomInternalSnapshots image) {
    return JsonMapper.shared()
        .readTree(tools.run("qemu-img", "info", "--output=json", "-f", "qcow2", image.top()));
  }

  private static String described(InternalSnapshot snapshot) {
    return described(
        snapshot.id(),
        snapshot.name(),
        snapshot.vmStateBytes(),
        snapshot.takenAt(),
        snapshot.guestClock());
  }

  private static String described(
      String id, String name, long vmStateBytes, Instant takenAt, Duration guestClock) {
    return id + " " + name + " " + vmStateBytes + " " + takenAt + " " + guestClock;
  }

  private static List<String> told(JsonNode info) {
    return elements(info.path("snapshots")).stream()
        .map(snapshot ->
            described(
                snapshot.get("id").asString(),
                snapshot.get("name").asString(),
                snapshot.get("vm-state-size").asLong(),
                Instant.ofEpochSecond(
                    snapshot.get("date-sec").asLong(), snapshot.get("date-nsec").asLong()),
                Duration.ofSeconds(
                    snapshot.get("vm-clock-sec").asLong(), snapshot.get("vm-clock-nsec").asLong())))
        .toList();
  }

  private static List<DirtyBitmap> bitmaps(JsonNode info) {
    return elements(info.path("format-specific").path("data").path("bitmaps")).stream()
        .map(bitmap -> {
          List<String> flags =
              elements(bitmap.get("flags")).stream().map(JsonNode::asString).toList();
          return new DirtyBitmap(
              bitmap.get("name").asString(),
              bitmap.get("granularity").asLong(),
              flags.contains("in-use"),
              flags.contains("auto"));
        })
        .toList();
  }

  private static List<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
