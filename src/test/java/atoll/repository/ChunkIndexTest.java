package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChunkIndexTest {
  private static final UUID REPOSITORY = new UUID(3, 4);
  private static final ObjectId KEY = new ObjectId(5, 6);

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(9);

  @Test
  void growsAndIsThereAfterOpeningAgain() throws IOException {
    Map<Digest, Place> expected = new HashMap<>();
    Path file = folder.resolve("index");
    try (var index = ChunkIndex.open(file, REPOSITORY)) {
      assertThat(index.isNew()).isTrue();
      for (int i = 0; i < 150_000; i++) {
        Digest name = name();
        Place place = place();
        index.put(name, place, _ -> true);
        expected.put(name, place);
      }
      check(index, expected);
    }
    try (var index = ChunkIndex.open(file, REPOSITORY)) {
      assertThat(index.isNew()).isFalse();
      assertThat(index.entries()).isEqualTo(150_000);
      check(index, expected);
      for (int i = 0; i < 50_000; i++) {
        assertThat(index.find(name(), KEY)).isNull();
      }
    }
  }

  @Test
  void lastPlaceOfANameCounts() throws IOException {
    try (var index = ChunkIndex.open(folder.resolve("index"), REPOSITORY)) {
      Digest name = name();
      index.put(name, place(), _ -> true);
      Place place = place();
      index.put(name, place, _ -> true);
      assertThat(index.find(name, KEY)).isEqualTo(place);
      assertThat(index.entries()).isEqualTo(1);
    }
  }

  @Test
  void growingDropsWhatIsGone() throws IOException {
    try (var index = ChunkIndex.open(folder.resolve("index"), REPOSITORY)) {
      var gone = new ObjectId(1, 1);
      var there = new ObjectId(2, 2);
      Digest kept = name();
      index.put(kept, new Place(there, KEY, 100, 1000, Encoding.ZSTD), _ -> true);
      for (int i = 0; i < 40_000; i++) {
        index.put(name(), new Place(gone, KEY, 48, 100, Encoding.PLAIN), there::equals);
      }
      assertThat(index.entries()).isLessThan(25_000);
      assertThat(Files.size(folder.resolve("index"))).as("not grown").isLessThan(3_000_000);
      assertThat(index.find(kept, KEY)).isNotNull();
    }
  }

  @Test
  void foreignCutAndGarbledFilesAreThrownAway() throws IOException {
    Path file = folder.resolve("index");
    Digest name = name();
    try (var index = ChunkIndex.open(file, REPOSITORY)) {
      index.put(name, place(), _ -> true);
    }
    byte[] good = Files.readAllBytes(file);
    try (var index = ChunkIndex.open(file, new UUID(9, 9))) {
      assertThat(index.isNew()).isTrue();
      assertThat(index.find(name, KEY)).isNull();
    }
    Files.write(file, Arrays.copyOf(good, good.length - 1));
    try (var index = ChunkIndex.open(file, REPOSITORY)) {
      assertThat(index.isNew()).isTrue();
    }
    Files.write(file, new byte[0]);
    try (var index = ChunkIndex.open(file, REPOSITORY)) {
      assertThat(index.isNew()).isTrue();
    }
    good[26] ^= 1;
    Files.write(file, good);
    try (var index = ChunkIndex.open(file, REPOSITORY)) {
      assertThat(index.isNew()).isTrue();
    }
  }

  @Test
  void damagedEntriesAreNotBelieved() throws IOException {
    for (int trial = 0; trial < 40; trial++) {
      Path file = folder.resolve("index-" + trial);
      Map<Digest, Place> expected = new HashMap<>();
      try (var index = ChunkIndex.open(file, REPOSITORY)) {
        for (int i = 0; i < 5_000; i++) {
          Digest name = name();
          Place place = place();
          index.put(name, place, _ -> true);
          expected.put(name, place);
        }
      }
      damage(file);
      try (var index = ChunkIndex.open(file, REPOSITORY)) {
        expected.forEach((name, place) -> assertThat(index.find(name, KEY)).isIn(null, place));
        Digest name = expected.keySet().iterator().next();
        Place place = place();
        index.put(name, place, _ -> true);
        assertThat(index.find(name, KEY)).isEqualTo(place);
      }
      Files.delete(file);
    }
  }

  /** What power failures and bad disks do behind the header. */
  private void damage(Path file) throws IOException {
    try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
      for (int i = 0; i < 30; i++) {
        long at = random.nextLong(4096, bytes.length() - 4096);
        var garbage = new byte[random.nextInt(4096)];
        if (random.nextBoolean()) {
          random.nextBytes(garbage);
        }
        bytes.seek(at);
        bytes.write(garbage);
      }
    }
  }

  @Test
  void everyProcessHasAFileOfItsOwn() throws IOException {
    try (IndexFiles first = Objects.requireNonNull(IndexFiles.open(folder, REPOSITORY));
        IndexFiles second = Objects.requireNonNull(IndexFiles.open(folder, REPOSITORY))) {
      Digest name = name();
      first.index().put(name, place(), _ -> true);
      assertThat(first.index().find(name, KEY)).isNotNull();
      assertThat(second.index().find(name, KEY)).isNull();
    }
    assertThat(folder.resolve(REPOSITORY.toString()).resolve("index-1")).exists();
  }

  private void check(ChunkIndex index, Map<Digest, Place> expected) {
    expected.forEach((name, place) -> assertThat(index.find(name, KEY)).isEqualTo(place));
  }

  private Digest name() {
    return new Digest(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private Place place() {
    return new Place(
        new ObjectId(random.nextLong(), random.nextLong()),
        KEY,
        random.nextLong(48, 1L << 32),
        random.nextInt(17, 1 << 22),
        random.nextInt(2));
  }
}
