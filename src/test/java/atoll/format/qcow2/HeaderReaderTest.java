package atoll.format.qcow2;

import static atoll.format.qcow2.ImageBytes.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeaderReaderTest {
  private static final int EXTENSION_UNKNOWN = 0x12345678;
  private static final int EXTENSION_FEATURES = 0x6803f857;
  private static final int EXTENSION_ENCRYPTION = 0x0537be77;

  @TempDir Path folder;

  /** One thing that is wrong, and what the exception must name. */
  record Broken(String message, UnaryOperator<ImageBytes> change) {
    @Override
    public String toString() {
      return message;
    }
  }

  private static Broken broken(String message, UnaryOperator<ImageBytes> change) {
    return new Broken(message, change);
  }

  static Stream<Broken> start() {
    return Stream.of(
        broken("magic is not that of qcow2", i -> i.int8(3, 0)),
        broken("version is 0", i -> i.int32(4, 0)),
        broken("version is 1", i -> i.int32(4, 1)),
        broken("version is 4", i -> i.int32(4, 4)),
        broken("version is 4294967295", i -> i.int32(4, -1)),
        broken("cluster_bits is 8", i -> i.int32(CLUSTER_BITS, 8)),
        broken("cluster_bits is 22", i -> i.int32(CLUSTER_BITS, 22)),
        broken("cluster_bits is 4294967295", i -> i.int32(CLUSTER_BITS, -1)),
        broken("file is shorter than its first cluster", i -> i.int32(CLUSTER_BITS, 21)),
        broken("header_length is 96", i -> i.int32(HEADER_LENGTH, 96)),
        broken("header_length is 108", i -> i.int32(HEADER_LENGTH, 108)),
        broken("header_length is 520", i -> i.int32(HEADER_LENGTH, 520)),
        broken("header_length is 4294967288", i -> i.int32(HEADER_LENGTH, -8)),
        broken("crypt_method is 1", i -> i.int32(CRYPT_METHOD, 1)),
        broken("crypt_method is 2", i -> i.int32(CRYPT_METHOD, 2)),
        broken("size is 18446744073709551104", i -> i.int64(SIZE, -512)),
        broken("size is 1000, not a multiple of 512", i -> i.int64(SIZE, 1000)),
        broken("nb_snapshots is 65537", i -> i.int32(SNAPSHOTS, 65537)),
        broken("snapshots_offset is 5", i -> i.int64(SNAPSHOTS_OFFSET, 5)),
        broken("snapshots_offset is 0", i -> i.int32(SNAPSHOTS, 1)),
        broken(
            "snapshots_offset is 4608",
            i -> i.int32(SNAPSHOTS, 1).int64(SNAPSHOTS_OFFSET, i.at(9))));
  }

  static Stream<Broken> tables() {
    return Stream.of(
        broken("l1_size is 1, the disk needs 2", i -> i.int32(L1_SIZE, 1)),
        broken("l1_size is 0", i -> i.int32(L1_SIZE, 0)),
        broken("l1_size is 2", i -> i.int64(SIZE, 1L << 36)),
        broken("l1_size is 2", i -> i.int64(SIZE, Long.MAX_VALUE & -512)),
        broken("too large", i -> i.int32(L1_SIZE, (4 << 20) + 1)),
        broken("too large", i -> i.int32(L1_SIZE, -1)),
        broken("beyond the end of the file", i -> i.int32(L1_SIZE, 385)),
        broken("l1_table_offset is 0, within the header", i -> i.int64(L1_OFFSET, 0)),
        broken("l1_table_offset is 1537, not at a cluster", i -> i.int64(L1_OFFSET, 1537)),
        broken("l1_table_offset is 512, within the refcount", i -> i.int64(L1_OFFSET, 512)),
        broken("l1_table_offset is 4608", i -> i.int64(L1_OFFSET, 4608)),
        broken(
            "l1_table_offset is 9223372036854775296",
            i -> i.int64(L1_OFFSET, Long.MAX_VALUE & -512)),
        broken("l1_table_offset is 18446744073709551104", i -> i.int64(L1_OFFSET, -512)),
        broken("refcount_table_clusters is 0", i -> i.int32(REFCOUNT_CLUSTERS, 0)),
        broken("refcount_table_offset is 512", i -> i.int32(REFCOUNT_CLUSTERS, 9)),
        broken("too large", i -> i.int32(REFCOUNT_CLUSTERS, 16385)),
        broken("too large", i -> i.int32(REFCOUNT_CLUSTERS, -1)),
        broken("refcount_table_offset is 0", i -> i.int64(REFCOUNT_OFFSET, 0)),
        broken("refcount_table_offset is 513", i -> i.int64(REFCOUNT_OFFSET, 513)),
        broken("refcount_table_offset is 4608", i -> i.int64(REFCOUNT_OFFSET, 4608)),
        broken("refcount_order is 7", i -> i.int32(REFCOUNT_ORDER, 7)),
        broken("refcount_order is 4294967295", i -> i.int32(REFCOUNT_ORDER, -1)));
  }

  static Stream<Broken> features() {
    String name = "\0\7shiny new thing" + "\0".repeat(31) + "\1\11not this" + "\0".repeat(38);
    return Stream.of(
        broken("marks the image as corrupt", i -> i.int64(INCOMPATIBLE, 2)),
        broken("external data file", i -> i.int64(INCOMPATIBLE, 4)),
        broken("raw external data file", i -> i.int64(AUTOCLEAR, 2)),
        broken("compression_type is 0", i -> i.int64(INCOMPATIBLE, 8)),
        broken("compression_type is 1", i -> i.int8(COMPRESSION_TYPE, 1)),
        broken("compression_type is 2", i -> i.int64(INCOMPATIBLE, 8).int8(COMPRESSION_TYPE, 2)),
        broken("compression_type is 255", i -> i.int8(COMPRESSION_TYPE, 255)),
        broken("too small for extended L2 entries", i -> i.int64(INCOMPATIBLE, 16)),
        broken("unknown feature (bit 5)", i -> i.int64(INCOMPATIBLE, 32)),
        broken("unknown feature (bit 63)", i -> i.int64(INCOMPATIBLE, 1L << 63)),
        broken(
            "shiny new thing (bit 7), unknown feature (bit 9)",
            i -> i.int64(INCOMPATIBLE, 0x281).extension(EXTENSIONS, EXTENSION_FEATURES, name)));
  }

  static Stream<Broken> extensions() {
    return Stream.of(
        broken(
            "header extension at 112 is too long",
            i -> i.extension(EXTENSIONS, EXTENSION_UNKNOWN, "").int32(EXTENSIONS + 4, 393)),
        broken(
            "header extension at 112 is too long",
            i -> i.extension(EXTENSIONS, EXTENSION_UNKNOWN, "").int32(EXTENSIONS + 4, -1)),
        broken(
            "header extension at 504 is cut off",
            i -> i.int32(HEADER_LENGTH, 504).int64(BACKING_FILE_OFFSET, 508)),
        broken(
            "header extension e2792aca comes twice",
            i -> i.backingFormat("raw").extension(EXTENSIONS + 16, 0xe2792aca, "raw")),
        broken("backing file format is 16 bytes", i -> i.backingFormat("sixteen letters.")),
        broken("backing file format has a zero byte", i -> i.backingFormat("raw\0")),
        broken("backing file format is not UTF-8", i -> i.backingFormat("\u00ff")),
        broken(
            "header extension is that of encryption",
            i -> i.extension(EXTENSIONS, EXTENSION_ENCRYPTION, "")),
        broken("backing_file_offset is 8", i -> i.int64(BACKING_FILE_OFFSET, 8)),
        broken("backing_file_offset is 513", i -> i.int64(BACKING_FILE_OFFSET, 513)),
        broken(
            "backing_file_offset is 18446744073709551615", i -> i.int64(BACKING_FILE_OFFSET, -1)),
        broken("backing_file_size is 5", i -> i.backingFile("base").int32(BACKING_FILE_SIZE, 5)),
        broken(
            "backing_file_size is 4294967295",
            i -> i.backingFile("base").int32(BACKING_FILE_SIZE, -1)),
        broken("backing file name has a zero byte", i -> i.backingFile("base\0.raw")),
        broken("backing file name is not UTF-8", i -> i.backingFile("\u00c0\u0080")));
  }

  @ParameterizedTest
  @MethodSource({"start", "tables", "features", "extensions"})
  void brokenHeaderIsRefusedByName(Broken broken) throws IOException {
    Path file = broken.change().apply(ImageBytes.standard(3)).write(folder.resolve("image"));
    assertThatThrownBy(() -> Qcow2Image.open(file))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(broken.message());
  }

  @Test
  void backingFileNameIsNoLongerThanQemuAllows() throws IOException {
    Path longest =
        ImageBytes.extended().backingFile("x".repeat(1023)).write(folder.resolve("longest"));
    try (var image = Qcow2Image.open(longest)) {
      assertThat(image.backingFile()).isEqualTo("x".repeat(1023));
    }
    Path longer =
        ImageBytes.extended().backingFile("x".repeat(1024)).write(folder.resolve("longer"));
    assertThatThrownBy(() -> Qcow2Image.open(longer))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining("backing_file_size is 1024");
  }

  @Test
  void headerTellsWhatTheImageIs() throws IOException {
    var bytes = ImageBytes.standard(3).backingFormat("raw").backingFile("b\u00c3\u00a4se.raw");
    try (var image = Qcow2Image.open(bytes.write(folder.resolve("image")))) {
      assertThat(image.version()).isEqualTo(3);
      assertThat(image.clusterBits()).isEqualTo(9);
      assertThat(image.sizeBytes()).isEqualTo(96 * 512);
      assertThat(image.extendedL2()).isFalse();
      assertThat(image.internalSnapshots()).isEmpty();
      assertThat(image.backingFile()).isEqualTo("b\u00e4se.raw");
      assertThat(image.backingFormat()).isEqualTo("raw");
      assertThat(image.allocatedBytes()).isEqualTo(3 * 512);
    }
    Path extended = ImageBytes.extended().write(folder.resolve("extended"));
    try (var image = Qcow2Image.open(extended)) {
      assertThat(image.extendedL2()).isTrue();
      assertThat(image.clusterBits()).isEqualTo(14);
      assertThat(image.backingFile()).isNull();
      assertThat(image.backingFormat()).isNull();
      assertThat(image.allocatedBytes()).isEqualTo(3 << 14);
    }
  }

  @Test
  void whatDoesNotMatterIsRead() throws IOException {
    List<UnaryOperator<ImageBytes>> harmless =
        List.of(
            i -> i.int64(INCOMPATIBLE, 1), // dirty
            i -> i.int64(COMPATIBLE, -1),
            i -> i.int64(AUTOCLEAR, -1 & ~2),
            i -> i.int64(INCOMPATIBLE, 8).int8(COMPRESSION_TYPE, 1),
            i -> i.int32(HEADER_LENGTH, 104),
            i -> i.int32(HEADER_LENGTH, 120),
            i -> i.int32(REFCOUNT_ORDER, 6),
            i -> i.int32(L1_SIZE, 64),
            i -> i.int32(SNAPSHOTS, 1).int64(SNAPSHOTS_OFFSET, i.at(8)),
            i -> i.int64(SIZE, 0),
            i -> i.extension(EXTENSIONS, EXTENSION_UNKNOWN, "what is this?"),
            i -> i.backingFile(""));
    for (UnaryOperator<ImageBytes> change : harmless) {
      Path file = change.apply(ImageBytes.standard(3)).write(folder.resolve("image"));
      try (var image = Qcow2Image.open(file)) {
        assertThat(image.backingFile()).isNull();
      }
    }
  }
}
