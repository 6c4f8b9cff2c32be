package atoll.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent.Kind;
import atoll.nbd.NbdTestClient.Chunk;
import atoll.nbd.NbdTestClient.SimpleReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every command, and every way to get it wrong. */
@Timeout(60)
final class TransmissionTest {
  private static final int EPERM = 1;
  private static final int EIO = 5;
  private static final int EINVAL = 22;
  private static final int MIB = 1 << 20;

  @TempDir private Path folder;
  private Path socket = Path.of("");

  @BeforeEach
  void nameSocket() {
    socket = folder.resolve("nbd");
  }

  private NbdTestClient ready() throws IOException {
    return NbdTestClient.ready(socket, "");
  }

  private NbdTestClient simple() throws IOException {
    NbdTestClient client = NbdTestClient.greeted(socket);
    client.go("");
    return client;
  }

  @Test
  void readsInSimpleReplies() throws IOException {
    TestImage image = TestImage.full(3 * MIB + 5);
    try (var server = Servers.serve(socket, image);
        var client = simple()) {
      for (int length : List.of(1, 511, 4096, 4097, 3 * MIB)) {
        client.request(0, NbdTestClient.READ, length, 5, length);
        assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, length));
        assertThat(client.receiveBytes(length)).isEqualTo(image.bytes(5, length));
      }
      client.request(0, NbdTestClient.READ, -1L, 3 * MIB + 4, 1);
      assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, -1L));
      assertThat(client.receiveBytes(1)).isEqualTo(image.bytes(3 * MIB + 4, 1));
      client.request(0, NbdTestClient.READ, 8, 0, 0);
      assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 8));
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void zerosAreHolesInStructuredReplies() throws IOException {
    TestImage image =
        TestImage.of(8192, Kind.ZERO, Kind.DATA, Kind.ABSENT, Kind.ZERO, Kind.DATA, Kind.ZERO);
    try (var _ = Servers.serve(socket, image);
        var client = ready()) {
      client.request(0, NbdTestClient.READ, 7, 0, 6 * 8192);
      List<Chunk> chunks = client.chunks();
      assertThat(chunks).extracting(Chunk::type).containsExactly(2, 1, 2, 1, 2);
      assertThat(chunks).extracting(Chunk::cookie).containsOnly(7L);
      assertThat(chunks.get(2).payload())
          .isEqualTo(ByteBuffer.allocate(12).putLong(2 * 8192).putInt(2 * 8192).flip());
      ByteBuffer data = chunks.get(3).payload();
      assertThat(data.getLong()).isEqualTo(4 * 8192);
      assertThat(data).isEqualTo(ByteBuffer.wrap(image.bytes(4 * 8192, 8192)));
      client.request(0, NbdTestClient.READ, 8, 2 * 8192 + 1, 8192);
      assertThat(client.chunks()).extracting(Chunk::type).containsExactly(NbdTestClient.CHUNK_HOLE);
      client.request(0, NbdTestClient.READ, 9, 0, 0);
      assertThat(client.chunks()).extracting(Chunk::type).containsExactly(NbdTestClient.CHUNK_NONE);
    }
  }

  @Test
  void fewZerosAreSent() throws IOException {
    TestImage image = TestImage.of(2048, Kind.DATA, Kind.ZERO, Kind.DATA);
    try (var _ = Servers.serve(socket, image);
        var client = ready()) {
      client.request(0, NbdTestClient.READ, 7, 0, 3 * 2048);
      assertThat(client.chunks()).extracting(Chunk::type).containsExactly(NbdTestClient.CHUNK_DATA);
    }
  }

  @Test
  void mostHolesThatCanBeAreSent() throws IOException {
    var kinds = new Kind[2 * MIB / 512];
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] = i % 9 == 0 ? Kind.DATA : Kind.ZERO; // 4096 bytes of zeros after each 512 of data
    }
    TestImage image = TestImage.of(512, kinds);
    try (var _ = Servers.serve(socket, image);
        var client = ready()) {
      client.request(0, NbdTestClient.READ, 7, 0, 2 * MIB);
      assertThat(assembled(client.chunks(), 0, 2 * MIB)).isEqualTo(image.bytes(0, 2 * MIB));
    }
  }

  @Test
  void unfragmentedReadsComeInOneChunk() throws IOException {
    TestImage image = TestImage.of(8192, Kind.DATA, Kind.ZERO, Kind.DATA);
    try (var _ = Servers.serve(socket, image);
        var client = ready()) {
      client.request(NbdTestClient.DF, NbdTestClient.READ, 7, 100, 3 * 8192 - 100);
      Chunk chunk = client.chunk();
      assertThat(chunk.isLast()).isTrue();
      assertThat(chunk.type()).isEqualTo(NbdTestClient.CHUNK_DATA);
      assertThat(assembled(List.of(chunk), 100, 3 * 8192 - 100))
          .isEqualTo(image.bytes(100, 3 * 8192 - 100));
    }
  }

  @Test
  void longestReadIsAnsweredInBothForms() throws IOException {
    TestImage image = TestImage.full(33 * MIB);
    try (var _ = Servers.serve(socket, image);
        var client = ready();
        var old = simple()) {
      client.request(0, NbdTestClient.READ, 7, MIB, 32 * MIB);
      List<Chunk> chunks = client.chunks();
      assertThat(chunks).hasSize(32 * MIB / Answers.PIECE_BYTES);
      assertThat(Arrays.equals(assembled(chunks, MIB, 32 * MIB), image.bytes(MIB, 32 * MIB)))
          .isTrue();
      client.request(NbdTestClient.DF, NbdTestClient.READ, 7, 0, 32 * MIB);
      assertThat(client.chunks()).hasSize(1);
      old.request(0, NbdTestClient.READ, 7, 0, 32 * MIB);
      assertThat(old.simpleReply().error()).isZero();
      assertThat(Arrays.equals(old.receiveBytes(32 * MIB), image.bytes(0, 32 * MIB))).isTrue();
      client.request(0, NbdTestClient.READ, 7, 0, 32 * MIB + 1);
      assertThat(client.chunk().error()).isEqualTo(EINVAL);
      old.request(0, NbdTestClient.READ, 7, 0, 32 * MIB + 1);
      assertThat(old.simpleReply().error()).isEqualTo(EINVAL);
    }
  }

  /** Puts the chunks of a read together: each byte once. */
  static byte[] assembled(List<Chunk> chunks, long offsetBytes, int lengthBytes) {
    byte[] content = new byte[lengthBytes];
    var there = new BitSet();
    for (Chunk chunk : chunks) {
      ByteBuffer payload = chunk.payload().duplicate();
      int at = Math.toIntExact(payload.getLong() - offsetBytes);
      boolean isHole = chunk.type() == NbdTestClient.CHUNK_HOLE;
      int length = isHole ? payload.getInt() : payload.remaining();
      assertThat(length).isPositive();
      assertThat(there.get(at, at + length).isEmpty()).isTrue();
      there.set(at, at + length);
      if (!isHole) {
        payload.get(content, at, length);
      }
    }
    assertThat(there.cardinality()).isEqualTo(lengthBytes);
    return content;
  }

  @Test
  void rangesBeyondTheEndAreInvalid() throws IOException {
    try (var _ = Servers.serve(socket, TestImage.full(1000));
        var client = ready()) {
      for (int command :
          List.of(NbdTestClient.READ, NbdTestClient.BLOCK_STATUS, NbdTestClient.CACHE)) {
        for (long offset : List.of(1000L, 1001L, Long.MAX_VALUE, -1L, Long.MIN_VALUE, 999L)) {
          client.request(0, command, 5, offset, 2);
          assertThat(client.chunk().error()).as("%d at %d", command, offset).isEqualTo(EINVAL);
        }
        client.request(0, command, 5, 1, -1);
        assertThat(client.chunk().error()).isEqualTo(EINVAL);
      }
      client.request(0, NbdTestClient.BLOCK_STATUS, 5, 0, 0);
      assertThat(client.chunk().error()).isEqualTo(EINVAL);
    }
  }

  @Test
  void flagsThatDoNotBelongAreInvalid() throws IOException {
    try (var _ = Servers.serve(socket, TestImage.full(1000));
        var client = ready();
        var old = simple()) {
      old.request(NbdTestClient.DF, NbdTestClient.READ, 5, 0, 10);
      assertThat(old.simpleReply().error()).isEqualTo(EINVAL);
      for (int command :
          List.of(NbdTestClient.READ, NbdTestClient.BLOCK_STATUS, NbdTestClient.CACHE)) {
        client.request(1 << 9, command, 5, 0, 10);
        assertThat(client.chunk().error()).isEqualTo(EINVAL);
      }
      for (int command : List.of(8, 9, 65535)) {
        client.request(0, command, 6, 0, 10);
        assertThat(client.chunk().error()).isEqualTo(EINVAL);
      }
    }
  }

  @Test
  void writesAreRefusedAndTheirPayloadIsPassedOver() throws IOException {
    TestImage image = TestImage.full(100_000);
    try (var _ = Servers.serve(socket, image);
        var client = ready();
        var old = simple()) {
      for (int length : List.of(1, 512, 100_000, 1_000_000)) { // also beyond the end
        client.request(0, NbdTestClient.WRITE, 5, 0, length);
        client.send(ByteBuffer.allocate(length));
        Chunk chunk = client.chunk();
        assertThat(chunk.error()).isEqualTo(EPERM);
        assertThat(chunk.message()).contains("read-only");
      }
      for (int command : List.of(NbdTestClient.TRIM, NbdTestClient.WRITE_ZEROES)) {
        old.request(0, command, 9, 0, 512);
        assertThat(old.simpleReply()).isEqualTo(new SimpleReply(EPERM, 9));
      }
      old.request(0, NbdTestClient.READ, 10, 0, 512);
      assertThat(old.simpleReply().error()).isZero();
      assertThat(old.receiveBytes(512)).isEqualTo(image.bytes(0, 512));
      client.request(0, NbdTestClient.WRITE, 5, 0, 32 * MIB + 1);
      client.assertEnded();
    }
  }

  @Test
  void flushAndCacheAreDone() throws IOException {
    TestImage image = TestImage.full(40 * MIB);
    var read = new ArrayList<Long>();
    image.onRead((offset, _) -> read.add(offset));
    try (var _ = Servers.serve(socket, image);
        var client = ready();
        var old = simple()) {
      old.request(0, NbdTestClient.FLUSH, 3, 0, 0);
      assertThat(old.simpleReply()).isEqualTo(new SimpleReply(0, 3));
      client.request(0, NbdTestClient.CACHE, 4, 100, 5 * MIB);
      assertThat(client.chunk().type()).isEqualTo(NbdTestClient.CHUNK_NONE);
      assertThat(read).containsExactly(100L, 100L + Answers.PIECE_BYTES);
      read.clear();
      client.request(0, NbdTestClient.CACHE, 4, 0, 40 * MIB);
      assertThat(client.chunk().type()).isEqualTo(NbdTestClient.CHUNK_NONE);
      assertThat(read).hasSize(32 * MIB / Answers.PIECE_BYTES);
    }
  }

  @Test
  void blockStatusTellsDataAndHoles() throws IOException {
    TestImage image = TestImage.of(512, Kind.DATA, Kind.ZERO, Kind.ABSENT, Kind.DATA);
    try (var _ = Servers.serve(socket, image);
        var client = ready()) {
      client.request(0, NbdTestClient.BLOCK_STATUS, 5, 0, 2048);
      assertThat(client.chunk().extents()).containsExactly(512L, 0L, 1024L, 3L, 512L, 0L);
      client.request(0, NbdTestClient.BLOCK_STATUS, 5, 1, 520);
      assertThat(client.chunk().extents()).containsExactly(511L, 0L, 9L, 3L);
      client.request(NbdTestClient.REQ_ONE, NbdTestClient.BLOCK_STATUS, 5, 600, 1448);
      assertThat(client.chunk().extents()).containsExactly(936L, 3L);
      client.request(NbdTestClient.REQ_ONE, NbdTestClient.BLOCK_STATUS, 5, 600, 100);
      assertThat(client.chunk().extents()).containsExactly(100L, 3L);
    }
  }

  @Test
  void extentsAreBoundedInNumberAndRange() throws IOException {
    var kinds = new Kind[10_000];
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] = i % 2 == 0 ? Kind.DATA : Kind.ZERO;
    }
    try (var _ = Servers.serve(socket, TestImage.of(512, kinds));
        var client = ready()) {
      client.request(0, NbdTestClient.BLOCK_STATUS, 5, 0, 10_000 * 512);
      List<Long> extents = client.chunk().extents();
      assertThat(extents).hasSize(2 * Replies.EXTENTS_MAX);
      assertThat(extents.subList(0, 4)).containsExactly(512L, 0L, 512L, 3L);
    }
  }

  @Test
  void failingReadIsToldAndTheConnectionGoesOn() throws IOException {
    TestImage image = TestImage.full(9 * MIB);
    image.onRead((offset, length) -> {
      if (offset <= 6 * MIB && 6 * MIB < offset + length) {
        throw new IOException("pack ab/cd is damaged");
      }
      if (offset == 1) {
        throw new IllegalStateException("x".repeat(10_000));
      }
    });
    try (var _ = Servers.serve(socket, image);
        var client = ready();
        var old = simple()) {
      client.request(0, NbdTestClient.READ, 5, 0, 9 * MIB);
      List<Chunk> chunks = client.chunks();
      assertThat(chunks).extracting(Chunk::type).containsExactly(1, NbdTestClient.CHUNK_ERROR);
      assertThat(chunks.getLast().error()).isEqualTo(EIO);
      assertThat(chunks.getLast().message()).isEqualTo("pack ab/cd is damaged");
      client.request(NbdTestClient.DF, NbdTestClient.READ, 5, 0, 9 * MIB);
      assertThat(client.chunk().error()).isEqualTo(EIO);
      client.request(0, NbdTestClient.CACHE, 5, 0, 9 * MIB);
      assertThat(client.chunk().error()).isEqualTo(EIO);
      client.request(0, NbdTestClient.READ, 5, 1, 10);
      assertThat(client.chunk().message()).hasSizeLessThanOrEqualTo(4096);
      old.request(0, NbdTestClient.READ, 6, 6 * MIB, 1);
      assertThat(old.simpleReply()).isEqualTo(new SimpleReply(EIO, 6));
      client.request(0, NbdTestClient.READ, 7, 0, 10);
      assertThat(assembled(client.chunks(), 0, 10)).isEqualTo(image.bytes(0, 10));
      old.request(0, NbdTestClient.READ, 8, 0, 1);
      assertThat(old.simpleReply()).isEqualTo(new SimpleReply(0, 8));
    }
  }

  @Test
  void randomReadsAndStatusAreThoseOfTheImage() throws IOException {
    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    TestImage image = TestImage.random(random, 1 + random.nextInt(20_000), 9 * MIB + 77);
    try (var _ = Servers.serve(socket, image);
        var client = ready()) {
      for (int i = 0; i < 150; i++) {
        int length = 1 + random.nextInt(i % 10 == 0 ? 9 * MIB : 50_000);
        long offset = random.nextLong(image.sizeBytes() - length + 1);
        client.request(0, NbdTestClient.READ, i, offset, length);
        byte[] read = assembled(client.chunks(), offset, length);
        assertThat(Arrays.equals(read, image.bytes(offset, length)))
            .as("seed %d: %d at %d", seed, length, offset)
            .isTrue();
        boolean isOne = random.nextBoolean();
        client.request(
            isOne ? NbdTestClient.REQ_ONE : 0, NbdTestClient.BLOCK_STATUS, i, offset, length);
        List<Long> extents = client.chunk().extents();
        assertThat(extents.size() == 2 || !isOne).isTrue();
        assertStatus(image, offset, length, extents, isOne, "seed " + seed);
      }
    }
  }

  private static void assertStatus(
      TestImage image, long offset, int length, List<Long> extents, boolean isOne, String seed) {
    long at = offset;
    for (int i = 0; i < extents.size(); i += 2) {
      long end = at + extents.get(i);
      assertThat(end).as(seed).isBetween(at + 1, offset + length);
      boolean isData = extents.get(i + 1) == 0;
      boolean isSo = true;
      for (long each = at; each < end; each++) {
        isSo &= image.isData(each) == isData;
      }
      assertThat(isSo).as(seed).isTrue();
      at = end;
    }
    boolean isCut = isOne || extents.size() == 2 * Replies.EXTENTS_MAX;
    assertThat(isCut || at == offset + length).as(seed).isTrue();
  }
}
