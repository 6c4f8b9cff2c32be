package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import atoll.format.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The digests that docs/repository-format.md gives as examples, and others. */
final class ContentDigestTest {
  private static final String EMPTY = "empty";
  private static final String PATTERN = "pattern";

  @ParameterizedTest
  @CsvSource({
    "empty, 0, 153afd0d9c26739977b73f4aab3259a9e2e2dbe4bbb0d0ad2692bc5c44e41f65",
    "empty, 1048576, f1c12f84d73307111b7342e5e8eb584399af7a8fcecf0099c988c8450f914137",
    "empty, 1099511627776, bda31d9b4f9330bde45ffbe7883a3a0dbeb4f9a48fcc46046a163afb792efd7e",
    "pattern, 1000000, 85f1aeb61e3607b06c9eb9d0e9d7e204e7cf96895291609d310bb71b848e177a",
    "pattern, 1048576, 4bf669bba8e504a53c412c0b5136d08b42fbf1625f8f7133bd492c55509fc96d",
    "pattern, 20000000, 42a9e6a5e7d8674ae501ca7a4916fd6f3258dd67f3e0921df38794686b0844cc",
  })
  void examplesOfTheDocumentHold(String content, long sizeBytes, String digest) throws IOException {
    SparseVolume volume =
        content.equals(EMPTY) ? new SparseVolume(sizeBytes) : pattern((int) sizeBytes);
    String text = "64k/256:" + digest;
    assertThat(content).isIn(EMPTY, PATTERN);
    assertThat(ContentDigest.of(volume.whole(), 64 << 10).text()).isEqualTo(text);
    assertThat(Files.readString(Path.of("docs/repository-format.md"))).contains(text);
  }

  @Test
  void digestNamesItsParameters() throws IOException {
    assertThat(ContentDigest.of(new SparseVolume(1 << 20).whole(), 16 << 10).text())
        .isEqualTo("16k/256:5046a3d74d348a46e537e7645d987c89f0c3890f1fc329de1a4f655f9c5a9f99");
    assertThat(ContentDigest.of(pattern(20_000_000).whole(), 1 << 20).text())
        .isEqualTo("1024k/256:27bce79acf01ea5b41068e4fe4670947f70ea3d72f4a77dd25f8c297519859f3");
  }

  /** Byte i is i modulo 251. */
  private static SparseVolume pattern(int sizeBytes) {
    var bytes = new byte[sizeBytes];
    for (int i = 0; i < sizeBytes; i++) {
      bytes[i] = (byte) (i % 251);
    }
    var volume = new SparseVolume(sizeBytes);
    volume.write(0, ByteBuffer.wrap(bytes));
    return volume;
  }

  @Test
  void digestFollowsTheDocumentsWords() throws Exception {
    var random = new SplittableRandom(2);
    for (int size : new int[] {1, 16_384, 100_000, 5_000_000, 12_345_678}) {
      var volume = new SparseVolume(size);
      for (int i = 0; i < 20; i++) {
        int at = random.nextInt(size);
        int length = random.nextInt(Math.min(100_000, size - at) + 1);
        volume.write(at, ByteBuffer.wrap(RepositoryFixture.content(length, random)));
      }
      assertThat(ContentDigest.of(volume.whole(), 16 << 10).text())
          .isEqualTo(Words.contentDigest(volume.bytes(0, size), 16 << 10));
    }
  }

  /** The digest as the document says it, without any of the code it is to check. */
  private static final class Words {
    static String contentDigest(byte[] content, int chunkSize) throws NoSuchAlgorithmException {
      int chunks = (content.length + chunkSize - 1) / chunkSize;
      int depth = 1;
      while (Math.pow(256, depth) < chunks) {
        depth++;
      }
      byte[] root = node(content, chunkSize, depth - 1, 0);
      var buffer =
          ByteBuffer.allocate(65).put("atoll content v1".getBytes(StandardCharsets.US_ASCII));
      buffer.putInt(chunkSize).putInt(256).putLong(content.length).put((byte) depth).put(root);
      return chunkSize / 1024 + "k/256:" + HexFormat.of().formatHex(sha256(buffer.array()));
    }

    /** 32 zeros where there is no node. */
    private static byte[] node(byte[] content, int chunkSize, int level, long first)
        throws NoSuchAlgorithmException {
      var bitmap = new byte[32];
      var children = ByteBuffer.allocate(256 * 32);
      for (int i = 0; i < 256; i++) {
        long child = first + i * (long) Math.pow(256, level);
        byte[] digest =
            level == 0
                ? chunk(content, chunkSize, child)
                : node(content, chunkSize, level - 1, child);
        if (!Arrays.equals(digest, new byte[32])) {
          bitmap[i / 8] |= (byte) (0x80 >> (i % 8));
          children.put(digest);
        }
      }
      if (children.position() == 0) {
        return new byte[32];
      }
      var buffer = ByteBuffer.allocate(13 + 1 + 32 + children.position());
      buffer.put("atoll node v1".getBytes(StandardCharsets.US_ASCII));
      buffer.put((byte) level).put(bitmap).put(children.flip());
      return sha256(buffer.array());
    }

    private static byte[] chunk(byte[] content, int chunkSize, long chunk)
        throws NoSuchAlgorithmException {
      long from = chunk * chunkSize;
      if (from >= content.length) {
        return new byte[32];
      }
      byte[] bytes = Arrays.copyOfRange(content, (int) from, (int) from + chunkSize);
      return Arrays.equals(bytes, new byte[chunkSize]) ? new byte[32] : sha256(bytes);
    }

    private static byte[] sha256(byte[] bytes) throws NoSuchAlgorithmException {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    }
  }

  @Test
  void whatTheExtentsCallDataMayBeZeros() throws IOException {
    SparseVolume volume = pattern(1_000_000);
    volume.grow(50_000_000);
    SparseVolume.Layer allData = volume.layer().mark(0, 97_657, Extent.Kind.DATA);
    assertThat(ContentDigest.of(allData, 16 << 10))
        .isEqualTo(ContentDigest.of(volume.whole(), 16 << 10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "64k/256:00", "64k/128:", "x"})
  void otherTextIsNoDigest(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> new ContentDigest(text));
  }

  @Test
  void failingImageFailsTheDigest() {
    SparseVolume.Layer failing =
        pattern(20_000_000)
            .whole()
            .onRead(_ -> {
              throw new IllegalStateException("no");
            });
    assertThatIllegalStateException().isThrownBy(() -> ContentDigest.of(failing, 64 << 10));
  }
}
