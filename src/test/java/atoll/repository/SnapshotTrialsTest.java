package atoll.repository;

import static atoll.repository.RepositoryFixture.CHUNK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random lives of volumes and their snapshots, compared with plain copies. */
final class SnapshotTrialsTest {
  private static final long[] SIZES = {
    1,
    511,
    16_384,
    16_385,
    3 << 20,
    (4 << 20) - 1,
    4 << 20,
    (4 << 20) + 7,
    9_000_001,
    1L << 30,
    (1L << 30) + 5,
    1L << 40,
    64L << 40
  };

  @TempDir private Path cache;

  static LongStream seeds() {
    return LongStream.range(0, Boolean.getBoolean("atoll.long") ? 5000 : 30);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void snapshotsHoldWhatTheVolumeHeld(long seed) throws IOException {
    new Trial(seed, cache).run();
  }

  private static final class Trial {
    private final long seed;
    private final SplittableRandom random;
    private final Path cache;
    private final MemoryObjectStore store = RepositoryFixture.newStore();
    private final Map<UUID, SparseVolume> snapshots = new LinkedHashMap<>();
    private final List<UUID> deleted = new ArrayList<>();
    private final SparseVolume volume;
    private Repository repository;

    private Trial(long seed, Path cache) throws IOException {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.cache = cache;
      this.volume = new SparseVolume(SIZES[random.nextInt(SIZES.length)]);
      this.repository = RepositoryFixture.open(store, cache);
    }

    private void run() throws IOException {
      for (int step = 0; step < 25; step++) {
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3 -> change();
          case 4, 5, 6 -> snapshot();
          case 7 -> compareTwo();
          case 8 -> deleteOne();
          default -> reopen();
        }
      }
      snapshot();
      checkAll();
      repository.close();
    }

    private void change() {
      for (int i = random.nextInt(1, 6); i > 0; i--) {
        long offset = random.nextLong(volume.sizeBytes());
        long most = volume.sizeBytes() - offset;
        switch (random.nextInt(8)) {
          case 0 -> volume.zero(offset, random.nextLong(most) + 1);
          case 1 -> volume.zero(offset, Math.min(most, random.nextInt(300_000)));
          case 2 -> volume.grow(volume.sizeBytes() + random.nextLong(volume.sizeBytes() / 4 + 9));
          case 3 -> write(offset, most, new SplittableRandom(random.nextInt(3)), 70_000);
          default -> write(offset, most, random, random.nextInt(2) == 0 ? 900 : 200_000);
        }
      }
    }

    /** Content from a generator of few seeds is there several times. */
    private void write(long offset, long most, SplittableRandom content, int lengthMax) {
      int length = (int) Math.min(most, random.nextInt(lengthMax) + 1);
      long at = random.nextBoolean() ? offset : offset / CHUNK * CHUNK;
      volume.write(at, ByteBuffer.wrap(RepositoryFixture.content(length, content)));
    }

    private void snapshot() throws IOException {
      UUID id = new UUID(seed, random.nextLong());
      UUID parent = random.nextInt(4) > 0 ? randomSnapshot() : null;
      if (parent != null && held(parent).sizeBytes() > volume.sizeBytes()) {
        parent = null;
      }
      SparseVolume.Layer image =
          difference(parent == null ? new SparseVolume(volume.sizeBytes()) : held(parent));
      var request = RepositoryFixture.request(id, parent);
      SnapshotManifest manifest = repository.write(request, image, ProgressListener.NONE);
      snapshots.put(id, volume.copy());
      assertThat(manifest.contentDigest())
          .as("seed %d", seed)
          .isEqualTo(ContentDigest.of(volume.whole(), CHUNK));
      check(id);
    }

    /** Says the difference to a parent, and here and there more than that. */
    private SparseVolume.Layer difference(SparseVolume parent) {
      SparseVolume.Layer layer = volume.layer();
      NavigableSet<Long> pages = volume.pagesOfBoth(parent);
      long lastEnd = 0;
      for (long page : pages) {
        if (random.nextInt(20) == 0 && lastEnd < page) {
          layer.mark(lastEnd, page, Extent.Kind.ZERO); // zeros here and in the parent
        }
        lastEnd = page + 1;
        boolean isSame = volume.samePage(page, parent);
        if (!isSame || random.nextInt(10) == 0) {
          boolean isZero = volume.isZeroPage(page) && random.nextInt(8) > 0;
          layer.mark(page, page + 1, isZero ? Extent.Kind.ZERO : Extent.Kind.DATA);
        }
      }
      return layer;
    }

    private void check(UUID id) throws IOException {
      SparseVolume expected = held(id);
      assertThat(RepositoryFixture.restored(repository, id).sameContent(expected))
          .as("seed %d: restored %s", seed, id)
          .isTrue();
      try (SnapshotImage image = repository.open(id)) {
        assertThat(image.sizeBytes()).isEqualTo(expected.sizeBytes());
        for (int i = 0; i < 6; i++) {
          checkRange(image, expected);
        }
        checkExtents(image, expected);
      }
    }

    private void checkRange(SnapshotImage image, SparseVolume expected) throws IOException {
      NavigableSet<Long> pages = expected.pagesOfBoth(expected);
      long near = pages.isEmpty() ? 0 : pages.first() * SparseVolume.PAGE_BYTES;
      long offset = random.nextBoolean() ? random.nextLong(expected.sizeBytes()) : near;
      int length = (int) Math.min(expected.sizeBytes() - offset, random.nextInt(10) * 40_000 + 1);
      var bytes = ByteBuffer.allocate(length);
      image.read(offset, bytes);
      assertThat(bytes.array())
          .as("seed %d: %d bytes at %d of %s", seed, length, offset, image)
          .isEqualTo(expected.bytes(offset, length));
    }

    private void checkExtents(SnapshotImage image, SparseVolume expected) throws IOException {
      var next = new long[1];
      var found = new ArrayList<Extent>();
      image.extents(
          0,
          image.sizeBytes(),
          extent -> {
            assertThat(extent.offsetBytes()).as("seed %d", seed).isEqualTo(next[0]);
            next[0] = extent.endBytes();
            assertThat(extent.kind()).isNotEqualTo(Extent.Kind.ABSENT);
            assertThat(found.isEmpty() || found.getLast().kind() != extent.kind()).isTrue();
            found.add(extent);
          });
      assertThat(next[0]).as("seed %d", seed).isEqualTo(image.sizeBytes());
      long perChunk = CHUNK / SparseVolume.PAGE_BYTES;
      var chunks = new TreeSet<Long>();
      expected.pagesOfBoth(expected).forEach(page -> chunks.add(page / perChunk));
      long dataChunks =
          found.stream()
              .filter(e -> e.kind() == Extent.Kind.DATA)
              .mapToLong(e -> (e.lengthBytes() + CHUNK - 1) / CHUNK)
              .sum();
      assertThat(dataChunks).as("seed %d", seed).isEqualTo(chunks.size());
    }

    private void compareTwo() throws IOException {
      UUID earlier = randomSnapshot();
      UUID later = randomSnapshot();
      if (earlier == null || later == null) {
        return;
      }
      SparseVolume before = held(earlier);
      SparseVolume after = held(later);
      var found = new TreeMap<Long, SnapshotDifference.Kind>();
      repository.diff(
          earlier,
          later,
          difference -> {
            assertThat(difference.offsetBytes() + difference.lengthBytes())
                .isLessThanOrEqualTo(after.sizeBytes());
            long end = difference.offsetBytes() + difference.lengthBytes();
            for (long at = difference.offsetBytes(); at < end; at += CHUNK) {
              assertThat(found.put(at / CHUNK, difference.kind())).isNull();
            }
          });
      assertThat(found)
          .as("seed %d: %s to %s", seed, earlier, later)
          .isEqualTo(expectedDifference(before, after));
    }

    private Map<Long, SnapshotDifference.Kind> expectedDifference(
        SparseVolume before, SparseVolume after) {
      long perChunk = CHUNK / SparseVolume.PAGE_BYTES;
      var expected = new TreeMap<Long, SnapshotDifference.Kind>();
      for (long page : before.pagesOfBoth(after)) {
        long chunk = page / perChunk;
        if (chunk * CHUNK >= after.sizeBytes() || before.samePage(page, after)) {
          continue;
        }
        boolean wasZero = isZeroChunk(before, chunk);
        boolean isZero = isZeroChunk(after, chunk);
        expected.put(
            chunk,
            wasZero
                ? SnapshotDifference.Kind.ADDED
                : isZero ? SnapshotDifference.Kind.REMOVED : SnapshotDifference.Kind.CHANGED);
      }
      return expected;
    }

    private static boolean isZeroChunk(SparseVolume volume, long chunk) {
      long perChunk = CHUNK / SparseVolume.PAGE_BYTES;
      return LongStream.range(chunk * perChunk, (chunk + 1) * perChunk)
          .allMatch(volume::isZeroPage);
    }

    private void deleteOne() throws IOException {
      UUID id = randomSnapshot();
      if (id == null) {
        return;
      }
      repository.delete(id);
      repository.delete(id);
      snapshots.remove(id);
      deleted.add(id);
    }

    private void reopen() throws IOException {
      repository.close();
      repository = RepositoryFixture.open(store, cache);
    }

    private void checkAll() throws IOException {
      assertThat(repository.list().manifests().stream().map(SnapshotManifest::id))
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(snapshots.keySet());
      for (UUID id : snapshots.keySet()) {
        check(id);
      }
      for (UUID id : deleted) {
        assertThat(repository.exists(id)).isFalse();
        assertThatThrownBy(() -> repository.open(id)).isInstanceOf(NoSuchSnapshotException.class);
      }
      VerifyReport quick = repository.verify(VerifyMode.QUICK, ProgressListener.NONE);
      VerifyReport full = repository.verify(VerifyMode.FULL, ProgressListener.NONE);
      assertThat(quick.damage()).as("seed %d", seed).isEmpty();
      assertThat(full.damage()).as("seed %d", seed).isEmpty();
      assertThat(full.snapshots()).isEqualTo(snapshots.size());
    }

    private SparseVolume held(UUID id) {
      return Objects.requireNonNull(snapshots.get(id));
    }

    private @Nullable UUID randomSnapshot() {
      if (snapshots.isEmpty()) {
        return null;
      }
      return List.copyOf(snapshots.keySet()).get(random.nextInt(snapshots.size()));
    }
  }
}
