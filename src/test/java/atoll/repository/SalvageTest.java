package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be read of a damaged snapshot is restored, and what cannot is told. */
final class SalvageTest {
  private static final long LEAF_BYTES = (long) Node.FAN_OUT * RepositoryFixture.CHUNK;

  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(77);
  private final SparseVolume volume = volume();
  private MemoryObjectStore store = new MemoryObjectStore();
  private UUID snapshot = new UUID(0, 0);

  /** Data in the first, the third and the last of four leaves; the end is no whole chunk. */
  private SparseVolume volume() {
    var made = new SparseVolume(3 * LEAF_BYTES + 700_001);
    for (long at : new long[] {0, 2 * LEAF_BYTES + 5000, 3 * LEAF_BYTES + 600_000}) {
      made.write(at, ByteBuffer.wrap(RepositoryFixture.content(100_001, random)));
    }
    return made;
  }

  @BeforeEach
  void write() throws IOException {
    store = RepositoryFixture.newStore();
    try (var repository = RepositoryFixture.open(store, cache.resolve("first"))) {
      snapshot = RepositoryFixture.write(repository, volume);
    }
  }

  @Test
  void nothingIsLostOfAWholeSnapshot() throws IOException {
    assertThat(salvaged()).isEmpty();
  }

  @Test
  void damagedChunkLosesItself() throws IOException {
    flip(entry(PackEntry.CHUNK, 0, 0));
    List<LostRange> lost = salvaged();
    assertThat(lost).hasSize(1);
    assertThat(lost.getFirst().offsetBytes() % RepositoryFixture.CHUNK).isZero();
    assertThat(lost.getFirst().lengthBytes()).isEqualTo(RepositoryFixture.CHUNK);
    assertThat(lost.getFirst().reason()).contains("packs/", "is damaged at");
  }

  @Test
  void damagedLeafLosesItsRangeAndNothingElse() throws IOException {
    Map<Long, Long> ranges = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      PackEntry leaf = entry(PackEntry.NODE, 0, i);
      flip(leaf);
      List<LostRange> lost = salvaged();
      assertThat(lost).hasSize(1);
      ranges.put(lost.getFirst().offsetBytes(), lost.getFirst().lengthBytes());
      flip(leaf);
    }
    assertThat(ranges)
        .containsExactly(
            Map.entry(0L, LEAF_BYTES),
            Map.entry(2 * LEAF_BYTES, LEAF_BYTES),
            Map.entry(3 * LEAF_BYTES, 700_001L));
  }

  @Test
  void damagedRootLosesAll() throws IOException {
    flip(entry(PackEntry.NODE, 1, 0));
    List<LostRange> lost = salvaged();
    assertThat(lost).hasSize(1);
    assertThat(lost.getFirst().offsetBytes()).isZero();
    assertThat(lost.getFirst().lengthBytes()).isEqualTo(volume.sizeBytes());
  }

  @Test
  void missingPackLosesWhatLayInIt() throws IOException {
    store.delete(RepositoryFixture.keys(store, "packs/").getFirst());
    assertThat(salvaged()).isNotEmpty();
  }

  @Test
  void damagedManifestIsAnError() throws IOException {
    store.put(ObjectNames.snapshot(snapshot), ByteBuffer.allocate(200));
    try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
      assertThatThrownBy(() -> repository.salvage(snapshot))
          .isInstanceOf(DamagedObjectException.class)
          .hasMessageContaining(ObjectNames.snapshot(snapshot));
    }
  }

  @Test
  void deletedSnapshotIsNotCalledDamaged() throws IOException {
    try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
      Restoration restoration = repository.salvage(snapshot);
      repository.delete(snapshot);
      for (String pack : RepositoryFixture.keys(store, "packs/")) {
        store.delete(pack);
      }
      assertThatThrownBy(() -> restoration.restore((_, _) -> {}, ProgressListener.NONE))
          .isInstanceOf(NoSuchSnapshotException.class);
    }
  }

  @Test
  void whatTheExtentsLackIsNotWritten() throws IOException {
    PackEntry leaf = entry(PackEntry.NODE, 0, 1);
    flip(leaf);
    try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
      Restoration restoration = repository.salvage(snapshot);
      var data = new ArrayList<Extent>();
      restoration.extents(extent -> {
        if (extent.kind() == Extent.Kind.DATA) {
          data.add(extent);
        }
      });
      flip(leaf); // a bad cable, mended meanwhile
      List<LostRange> lost =
          restoration.restore(
              (offset, content) ->
                  assertThat(data)
                      .anyMatch(extent ->
                          extent.offsetBytes() <= offset
                              && offset + content.remaining() <= extent.endBytes()),
              ProgressListener.NONE);
      assertThat(lost).hasSize(1);
    }
  }

  @Test
  void anyBytesMayBeDamaged() throws IOException {
    List<String> packs = RepositoryFixture.keys(store, "packs/");
    int trials = Boolean.getBoolean("atoll.long") ? 3000 : 60;
    for (int trial = 0; trial < trials; trial++) {
      String key = packs.get(random.nextInt(packs.size()));
      byte[] whole = RepositoryFixture.object(store, key);
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(damaged.length) : damaged.length;
      store.put(key, ByteBuffer.wrap(damaged, 0, length));
      salvaged();
      store.put(key, ByteBuffer.wrap(whole));
    }
  }

  /** Restores, and compares: with the volume, and with what a verification says. */
  private List<LostRange> salvaged() throws IOException {
    try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
      List<LostRange> lost = salvaged(repository, snapshot, volume);
      VerifyReport report =
          repository.verify(List.of(snapshot), VerifyMode.FULL, ProgressListener.NONE);
      List<LostRange> needed =
          report.damage().stream()
              .flatMap(damage ->
                  damage.needs().stream()
                      .map(need ->
                          new LostRange(need.offsetBytes(), need.lengthBytes(), damage.problem())))
              .toList();
      assertThat(needed).containsExactlyInAnyOrderElementsOf(lost);
      return lost;
    }
  }

  /** Restores what can be read: the content, and zeros for what is lost. */
  static List<LostRange> salvaged(Repository repository, UUID id, SparseVolume expected)
      throws IOException {
    var restored = new SparseVolume(expected.sizeBytes());
    List<LostRange> lost = repository.salvage(id).restore(restored, ProgressListener.NONE);
    SparseVolume rest = expected.copy();
    for (LostRange range : lost) {
      rest.write(range.offsetBytes(), ByteBuffer.allocate((int) range.lengthBytes()));
    }
    assertThat(restored.sameContent(rest)).as("lost: %s", lost).isTrue();
    return lost;
  }

  /** The n-th record of a kind, over all packs. */
  private PackEntry entry(int kind, int level, int n) throws IOException {
    return RepositoryFixture.entries(store).stream()
        .map(RepositoryFixture.Located::entry)
        .filter(entry -> entry.kind() == kind && entry.level() == level)
        .toList()
        .get(n);
  }

  private void flip(PackEntry entry) throws IOException {
    for (RepositoryFixture.Located located : RepositoryFixture.entries(store)) {
      if (located.entry().equals(entry)) {
        byte[] bytes = RepositoryFixture.object(store, located.packKey());
        bytes[(int) entry.offsetBytes() + 3] ^= 1;
        store.put(located.packKey(), ByteBuffer.wrap(bytes));
        return;
      }
    }
    throw new AssertionError("no pack has " + entry);
  }
}
