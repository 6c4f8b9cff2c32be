package atoll.format.qcow2;

import static atoll.format.qcow2.ImageBytes.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.Images;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InternalSnapshotTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void file() {
    file = folder.resolve("image.qcow2");
  }

  private static List<Extent> differences(Qcow2Image image, Qcow2Image other) throws IOException {
    List<Extent> extents = new ArrayList<>();
    image.differences(other, extents::add);
    return extents;
  }

  @Test
  void tableTellsAllThatIsKnown() throws IOException {
    try (var image = Qcow2Image.open(withInternalSnapshots().write(file))) {
      Instant taken = Instant.ofEpochSecond(1_700_000_000, 123_000_000);
      Duration clock = Duration.ofMillis(3500);
      assertThat(image.internalSnapshots())
          .containsExactly(
              new InternalSnapshot("1", "the first", taken, 5L << 30, 96 * 512, clock),
              new InternalSnapshot("2", "", taken, 5L << 30, 70 * 512, clock));
    }
  }

  @Test
  void version2EntriesMayLackExtraData() throws IOException {
    var bytes = withInternalSnapshots();
    int entry = bytes.at(SNAPSHOT_TABLE);
    bytes.int32(SNAPSHOTS, 1).int32(entry + 12, 1 << 16 | 4).int32(entry + 36, 0);
    bytes.text(entry + 40, "7name");
    try (var image = Qcow2Image.open(bytes.write(file))) {
      InternalSnapshot snapshot = image.internalSnapshots().getFirst();
      assertThat(snapshot.id()).isEqualTo("7");
      assertThat(snapshot.name()).isEqualTo("name");
      assertThat(snapshot.vmStateBytes()).isEqualTo(77);
      assertThat(snapshot.sizeBytes()).isEqualTo(96 * 512);
    }
  }

  @Test
  void imageIsReadAsItWas() throws IOException {
    withInternalSnapshots().write(file);
    try (var first = Qcow2Image.openAt(file, "1");
        var second = Qcow2Image.openAt(file, "2")) {
      assertThat(first.sizeBytes()).isEqualTo(96 * 512);
      assertThat(Images.content(first, 0, 512)).containsOnly(DATA);
      assertThat(Images.content(first, 512, 512)).containsOnly(SNAPSHOT_DATA);
      assertThat(Images.content(first, 64 * 512, 512)).containsOnly(DATA + 2);
      assertThat(Images.extents(first, 0, 64 * 512))
          .containsExactly(new Extent(0, 1024, Kind.DATA), new Extent(1024, 62 * 512, Kind.ABSENT));
      assertThat(second.sizeBytes()).isEqualTo(70 * 512);
      assertThat(Images.content(second, 512, 512)).containsOnly(DATA + 1);
      assertThat(second.internalSnapshots()).hasSize(2);
    }
  }

  @Test
  void chainIsReadAsItWasOverTheSameLayers() throws IOException {
    byte[] raw = new byte[4096];
    Arrays.fill(raw, (byte) 'r');
    Files.write(folder.resolve("base"), raw);
    var bytes = withInternalSnapshots();
    bytes.int32(HEADER_LENGTH, 112).backingFormat("raw").backingFile("base").write(file);
    try (var chain = Qcow2Chain.openAt(file, "1", folder)) {
      assertThat(Images.content(chain, 512, 512)).containsOnly(SNAPSHOT_DATA);
      assertThat(Images.content(chain, 5 * 512, 512)).containsOnly('r');
    }
  }

  @Test
  void unknownIdIsRefused() throws IOException {
    withInternalSnapshots().write(file);
    assertThatThrownBy(() -> Qcow2Image.openAt(file, "3"))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("no internal snapshot of id '3'");
  }

  @Test
  void differencesAreWhereTheClustersAreOthers() throws IOException {
    withInternalSnapshots().write(file);
    try (var now = Qcow2Image.open(file);
        var first = Qcow2Image.openAt(file, "1");
        var second = Qcow2Image.openAt(file, "2")) {
      assertThat(differences(now, first))
          .containsExactly(new Extent(512, 512, Kind.DATA), new Extent(5 * 512, 512, Kind.ZERO));
      assertThat(differences(first, now))
          .containsExactly(new Extent(512, 512, Kind.DATA), new Extent(5 * 512, 512, Kind.ABSENT));
      assertThat(differences(second, now)).isEmpty();
      assertThat(differences(now, second))
          .containsExactly(new Extent(70 * 512, 26 * 512, Kind.ABSENT));
      assertThat(differences(now, now)).isEmpty();
    }
  }

  @Test
  void missingTableDiffersOnlyWhereTheOtherMapsSomething() throws IOException {
    var bytes = withInternalSnapshots();
    bytes.int64(bytes.entry(SNAPSHOT_L1, 0), 0).write(file);
    try (var now = Qcow2Image.open(file);
        var first = Qcow2Image.openAt(file, "1")) {
      assertThat(differences(first, now))
          .containsExactly(new Extent(0, 1024, Kind.ABSENT), new Extent(5 * 512, 512, Kind.ABSENT));
    }
  }

  @Test
  void sharedTablesAndDataAreNotReadForDifferences() throws IOException {
    var bytes = withInternalSnapshots();
    bytes.int64(bytes.entry(SECOND_L2, 3), 0x100).write(file); // a reserved bit
    try (var now = Qcow2Image.open(file);
        var first = Qcow2Image.openAt(file, "1")) {
      assertThat(differences(now, first)).hasSize(2);
      assertThatThrownBy(() -> Images.extents(now)).isInstanceOf(CorruptImageException.class);
    }
  }

  @Test
  void onlyStatesOfOneFileCanBeCompared() throws IOException {
    withInternalSnapshots().write(file);
    Path copy = Files.copy(file, folder.resolve("copy"));
    Path link = Files.createLink(folder.resolve("link"), file);
    try (var image = Qcow2Image.open(file);
        var other = Qcow2Image.openAt(copy, "1");
        var same = Qcow2Image.openAt(link, "1")) {
      assertThatThrownBy(() -> image.differences(other, e -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not");
      assertThat(differences(image, same)).hasSize(2);
    }
  }

  record Broken(String message, UnaryOperator<ImageBytes> change) {
    @Override
    public String toString() {
      return message;
    }
  }

  private static Broken table(String message, int offset, int value) {
    return new Broken(message, i -> i.int32(i.at(SNAPSHOT_TABLE) + offset, value));
  }

  static Stream<Broken> brokenTables() {
    return Stream.of(
        table("id of internal snapshot 0 is 128 bytes long", 12, 128 << 16 | 9),
        table("name of internal snapshot 0 is 256 bytes long", 12, 1 << 16 | 256),
        table("id of internal snapshot 0 is 65535 bytes long", 12, -1),
        table("extra data of internal snapshot 0 are 1025 bytes long", 36, 1025),
        table("extra data of internal snapshot 0 are 4294967295 bytes long", 36, -1),
        table("VM state size of internal snapshot 0 is 9223372037928517632", 40, 1 << 31),
        table("disk size of internal snapshot 0 is 9223372036854824960", 48, 1 << 31),
        table("disk size of internal snapshot 0 is 49153", 52, 96 * 512 + 1),
        table("id of internal snapshot 0 has a zero byte", 64, 0),
        table("id of internal snapshot 0 is not UTF-8", 64, -1),
        new Broken(
            "id of internal snapshot 1 is '1', as that of another",
            i -> i.text(i.at(SNAPSHOT_TABLE) + 80 + 64, "1")),
        new Broken(
            "snapshot table ends within an entry",
            i -> {
              int last = i.at(SECOND_SNAPSHOT_L1);
              return i.int32(SNAPSHOTS, 1).int64(SNAPSHOTS_OFFSET, last).int32(last + 36, 1000);
            }));
  }

  @ParameterizedTest
  @MethodSource("brokenTables")
  void brokenTableIsRefusedByName(Broken broken) throws IOException {
    broken.change().apply(withInternalSnapshots()).write(file);
    try (var image = Qcow2Image.open(file)) {
      assertThat(Images.content(image, 0, 512)).containsOnly(DATA);
      assertThatThrownBy(image::internalSnapshots)
          .isInstanceOf(CorruptImageException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining(broken.message());
    }
    assertThatThrownBy(() -> Qcow2Image.openAt(file, "1"))
        .isInstanceOf(CorruptImageException.class);
  }

  static Stream<Broken> brokenL1Tables() {
    return Stream.of(
        table("34359738360 bytes: too large", 8, -1),
        table("too large", 8, (4 << 20) + 1),
        table("beyond the end of the file", 8, 4 * 64 + 1),
        table("has 1 entries, its disk needs 2", 8, 1),
        table("is 0, within the header", 4, 0),
        table("is 5121, not at a cluster boundary", 4, 10 * 512 + 1),
        table("is 7168, of a table beyond the end", 4, 14 * 512),
        table("is 9223372036854780928, of a table beyond", 0, 1 << 31));
  }

  @ParameterizedTest
  @MethodSource("brokenL1Tables")
  void brokenL1TableIsRefusedWhereItIsUsed(Broken broken) throws IOException {
    broken.change().apply(withInternalSnapshots()).write(file);
    Qcow2Image.openAt(file, "2").close();
    assertThatThrownBy(() -> Qcow2Image.openAt(file, "1"))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining("L1 table of internal snapshot 1")
        .hasMessageContaining(broken.message());
  }

  @Test
  void tableOfTheLastEntryMayEndTheFile() throws IOException {
    var bytes = withInternalSnapshots().int64(SNAPSHOTS_OFFSET, 14 * 512);
    int table = bytes.at(SNAPSHOT_TABLE);
    bytes.write(file);
    try (var grown = new RandomAccessFile(file.toFile(), "rw")) {
      grown.seek(14 * 512);
      grown.write(bytes.array(), table, 80 + 64 + 1); // the padding is missing
    }
    try (var image = Qcow2Image.open(file)) {
      assertThat(image.internalSnapshots()).hasSize(2);
    }
  }
}
