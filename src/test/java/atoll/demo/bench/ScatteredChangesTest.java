package atoll.demo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScatteredChangesTest {
  private static final int BLOCK_BYTES = 4096;
  private static final int HOLE_FROM = 8 << 20;
  private static final int HOLE_END = 24 << 20;
  private static final int IMAGE_BYTES = 32 << 20;
  private static final long WANTED_BYTES = 2 << 20;
  private static final int PIECE_BYTES_MAX = 1 << 20;

  @TempDir private Path folder;

  /** Data, a hole, data. */
  private Path image() throws IOException {
    Path image = folder.resolve("first");
    var bytes = new byte[8 << 20];
    new SplittableRandom(7).nextBytes(bytes);
    try (var channel =
        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), 0);
      channel.write(ByteBuffer.wrap(bytes, 1, bytes.length - 1), HOLE_END);
      channel.write(ByteBuffer.allocate(1), IMAGE_BYTES - 1);
    }
    return image;
  }

  private long change(Path before, Path after, long seed) throws IOException {
    Files.copy(before, after);
    return new ScatteredChanges(Allocation.of(before), new SplittableRandom(seed))
        .apply(before, after, WANTED_BYTES);
  }

  @Test
  void asMuchAsIsWantedChangesAndOnlyWhereThereWasData() throws Exception {
    Path before = image();
    Path after = folder.resolve("second");
    long saidBytes = change(before, after, 1);
    byte[] old = Files.readAllBytes(before);
    byte[] now = Files.readAllBytes(after);
    assertThat(now).hasSameSizeAs(old);
    long changed = 0;
    for (int at = 0; at < IMAGE_BYTES; at += BLOCK_BYTES) {
      int end = at + BLOCK_BYTES;
      if (!Arrays.equals(old, at, end, now, at, end)) {
        changed += BLOCK_BYTES;
        assertThat(at < HOLE_FROM || at >= HOLE_END).as("a change at %d", at).isTrue();
      }
    }
    assertThat(changed).isEqualTo(saidBytes);
    assertThat(saidBytes).isBetween(WANTED_BYTES, WANTED_BYTES + PIECE_BYTES_MAX);
  }

  @Test
  void theSameSeedMakesTheSameChanges() throws Exception {
    Path before = image();
    Path once = folder.resolve("once");
    Path again = folder.resolve("again");
    Path otherwise = folder.resolve("otherwise");
    assertThat(change(before, once, 1)).isEqualTo(change(before, again, 1));
    change(before, otherwise, 2);
    assertThat(Files.mismatch(once, again)).isEqualTo(-1);
    assertThat(Files.mismatch(once, otherwise)).isNotNegative();
  }
}
