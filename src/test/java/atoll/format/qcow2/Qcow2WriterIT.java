package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ExtentJoiner;
import atoll.format.ExtentSource;
import atoll.format.Images;
import atoll.format.QemuTools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What we write is in order for QEMU, and QEMU can go on writing to it. */
class Qcow2WriterIT {
  private static final List<Kind> KINDS = List.of(Kind.DATA, Kind.ZERO, Kind.ABSENT);
  private static final long TIB = 1L << 40;

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
    return IntStream.range(0, QemuTools.seeds(60, 3000));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void randomContentIsInOrderForQemu(int seed) throws Exception {
    var random = new Random(seed);
    int clusterBits = random.nextInt(3) == 0 ? 9 + random.nextInt(13) : 16;
    int clusterBytes = 1 << clusterBits;
    long sizeBytes = 512 * random.nextLong(1, Math.min(16L << 20, 300L << clusterBits) / 512 + 1);
    var spec = new Qcow2Spec(sizeBytes, clusterBits, null);
    byte[] below = new byte[(int) sizeBytes];
    if (random.nextBoolean()) {
      below = base(sizeBytes, random);
      spec = spec.over("base.qcow2");
    }
    List<Extent> extents = randomExtents(spec, random);
    byte[] expected = write(spec, extents, below, random);

    check("image.qcow2");
    tools.run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", "image.qcow2", "image.raw");
    byte[] seen = Files.readAllBytes(folder.resolve("image.raw"));
    assertThat(Arrays.mismatch(seen, expected)).isEqualTo(-1);
    try (var image = Qcow2Image.open(folder.resolve("image.qcow2"))) {
      assertThat(Images.extents(image)).isEqualTo(tools.ownExtents("image.qcow2"));
    }
    tools.io("image.qcow2", "qcow2", List.of("write -P 1 0 512", "write -z 0 " + sizeBytes));
    tools.io("image.qcow2", "qcow2", List.of("discard 0 " + Math.min(clusterBytes, sizeBytes)));
    check("image.qcow2");
  }

  /** A base of random data, so that an overlay has something to hide and to let through. */
  private byte[] base(long sizeBytes, Random random) throws IOException {
    var content = new byte[(int) sizeBytes];
    random.nextBytes(content);
    ExtentSource all = visitor -> visitor.visit(new Extent(0, sizeBytes, Kind.DATA));
    Path file = folder.resolve("base.qcow2");
    try (var writer = Qcow2Writer.create(file, Qcow2Spec.ofSize(sizeBytes), all)) {
      writer.write(0, ByteBuffer.wrap(content));
      writer.finish(false);
    }
    return content;
  }

  /** In an overlay of whole clusters, else of any bytes. */
  private static List<Extent> randomExtents(Qcow2Spec spec, Random random) throws IOException {
    int unit = spec.backingFile() == null && random.nextBoolean() ? 1 : 1 << spec.clusterBits();
    List<Extent> extents = new ArrayList<>();
    var joiner = new ExtentJoiner(0, extents::add);
    long offset = 0;
    while (offset < spec.sizeBytes()) {
      long most = Math.ceilDiv(spec.sizeBytes(), 1 + random.nextInt(20));
      long end = offset + Math.ceilDiv(random.nextLong(1, most + 1), unit) * unit;
      end = Math.min(end, spec.sizeBytes());
      joiner.add(KINDS.get(random.nextInt(KINDS.size())), end - offset);
      offset = end;
    }
    joiner.finish();
    return extents;
  }

  /** Writes random data, in pieces and in any order from two threads; returns what must be read. */
  private byte[] write(Qcow2Spec spec, List<Extent> extents, byte[] below, Random random)
      throws IOException, InterruptedException, ExecutionException {
    byte[] expected = below.clone();
    List<ByteBuffer> pieces = new ArrayList<>();
    for (Extent extent : extents) {
      int end = (int) extent.endBytes();
      int offset = (int) extent.offsetBytes();
      if (extent.kind() == Kind.ZERO) {
        Arrays.fill(expected, offset, end, (byte) 0);
      }
      while (extent.kind() == Kind.DATA && offset < end) {
        int length = 1 + random.nextInt(end - offset);
        var content = new byte[length];
        random.nextBytes(content);
        System.arraycopy(content, 0, expected, offset, length);
        pieces.add(ByteBuffer.wrap(expected, offset, length));
        offset += length;
      }
    }
    Collections.shuffle(pieces, random);
    ExtentSource source =
        visitor -> {
          for (Extent extent : extents) {
            visitor.visit(extent);
          }
        };
    try (var writer = Qcow2Writer.create(folder.resolve("image.qcow2"), spec, source);
        var threads = Executors.newFixedThreadPool(2)) {
      List<Future<?>> writes = new ArrayList<>();
      for (ByteBuffer piece : pieces) {
        int offset = piece.position();
        writes.add(
            threads.submit(() -> {
              writer.write(offset, piece);
              return true;
            }));
      }
      for (Future<?> write : writes) {
        write.get();
      }
      writer.finish(random.nextInt(10) == 0);
    }
    return expected;
  }

  /** No errors and no leaks. */
  private void check(String file) {
    assertThat(tools.run("qemu-img", "check", "-f", "qcow2", file)).contains("No errors");
  }

  @Test
  void emptyOverlaysOfAnySizeAreInOrderForQemu() throws IOException {
    Qcow2Writer.createEmpty(folder.resolve("base.qcow2"), Qcow2Spec.ofSize(1 << 20));
    for (long size : new long[] {512, 1 << 20, 1L << 30, TIB, 16 * TIB, 2048 * TIB}) {
      String name = "overlay-" + size;
      Path file = folder.resolve(name);
      Qcow2Writer.createEmpty(file, Qcow2Spec.ofSize(size).over("base.qcow2"));
      check(name);
      assertThat(tools.run("qemu-img", "info", "-f", "qcow2", name))
          .contains(
              "(" + size + " bytes)", "backing file: base.qcow2", "backing file format: qcow2");
      long last = Math.max(0, size - 4096);
      tools.io(name, "qcow2", List.of("write -P 7 " + last + " 512", "read -P 7 " + last + " 512"));
      check(name);
    }
  }

  @Test
  void largeImageOfScatteredClustersIsInOrderForQemu() throws IOException {
    long size = 64L << 30;
    ExtentSource scattered =
        visitor -> {
          for (long offset = 0; offset < size; offset += 3L << 20) {
            visitor.visit(new Extent(offset, 1 << 20, Kind.DATA));
          }
        };
    Path file = folder.resolve("image.qcow2");
    try (var writer = Qcow2Writer.create(file, Qcow2Spec.ofSize(size), scattered)) {
      writer.write(9L << 20, ByteBuffer.wrap(new byte[] {5, 5, 5}));
      writer.finish(false);
    }
    check("image.qcow2");
    tools.io("image.qcow2", "qcow2", List.of("read -P 5 9M 3", "read -P 0 12M 1M"));
    try (var image = Qcow2Image.open(file)) {
      assertThat(Images.extents(image)).isEqualTo(tools.ownExtents("image.qcow2"));
    }
  }
}
