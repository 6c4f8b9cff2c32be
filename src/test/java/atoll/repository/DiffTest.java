package atoll.repository;

import static atoll.repository.RepositoryFixture.CHUNK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.MemoryObjectStore;
import atoll.repository.SnapshotDifference.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Differences of snapshots whose tables are not of one height, and what they cost. */
final class DiffTest {
  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(14);
  private final SparseVolume volume = RepositoryFixture.volume(200, random);
  private final List<UUID> sizes = new ArrayList<>();
  private FaultyObjectStore store = new FaultyObjectStore(new MemoryObjectStore());
  private Repository repository;

  /** The same beginning in volumes of 200, 300, 70 000 and 20 000 000 chunks. */
  @BeforeEach
  void write() throws IOException {
    store = new FaultyObjectStore(RepositoryFixture.newStore());
    repository = RepositoryFixture.open(store, cache);
    sizes.add(RepositoryFixture.write(repository, volume));
    for (long chunks : new long[] {300, 70_000, 20_000_000}) {
      volume.grow(chunks * CHUNK);
      volume.write((chunks - 1) * CHUNK, ByteBuffer.wrap(new byte[] {1}));
      sizes.add(RepositoryFixture.write(repository, volume));
    }
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  @Test
  void whatALongerVolumeHasMoreIsAdded() throws IOException {
    assertThat(diff(sizes.get(0), sizes.get(1))).containsExactly(one(299, Kind.ADDED));
    assertThat(diff(sizes.get(0), sizes.get(2)))
        .containsExactly(one(299, Kind.ADDED), one(69_999, Kind.ADDED));
    assertThat(diff(sizes.get(0), sizes.get(3)))
        .containsExactly(
            one(299, Kind.ADDED), one(69_999, Kind.ADDED), one(19_999_999, Kind.ADDED));
    assertThat(diff(sizes.get(2), sizes.get(3))).containsExactly(one(19_999_999, Kind.ADDED));
  }

  @Test
  void whatAShorterVolumeHasNotIsNotNamed() throws IOException {
    for (UUID later : sizes) {
      for (UUID earlier : sizes.subList(sizes.indexOf(later), sizes.size())) {
        assertThat(diff(earlier, later)).isEmpty();
      }
    }
  }

  @Test
  void onlyWhatDiffersIsRead() throws IOException {
    UUID parent = sizes.getLast();
    volume.write(1_000_000L * CHUNK + 5, ByteBuffer.wrap(new byte[] {1}));
    volume.write(3L * CHUNK, ByteBuffer.wrap(new byte[CHUNK]));
    volume.write(5L * CHUNK, ByteBuffer.wrap(RepositoryFixture.content(2 * CHUNK, random)));
    int perChunk = CHUNK / SparseVolume.PAGE_BYTES;
    SparseVolume.Layer layer =
        volume
            .layer()
            .mark(3L * perChunk, 7L * perChunk, Extent.Kind.DATA)
            .mark(1_000_000L * perChunk, 1_000_001L * perChunk, Extent.Kind.DATA);
    UUID child = UUID.randomUUID();
    repository.write(RepositoryFixture.request(child, parent), layer, ProgressListener.NONE);
    long calls = store.calls();
    assertThat(diff(parent, child))
        .containsExactly(
            one(3, Kind.REMOVED),
            new SnapshotDifference(5L * CHUNK, 2L * CHUNK, Kind.CHANGED),
            one(1_000_000, Kind.ADDED));
    assertThat(store.calls() - calls).isLessThan(20);
    calls = store.calls();
    assertThat(diff(child, child)).isEmpty();
    assertThat(store.calls() - calls).as("two manifests, no node").isEqualTo(4);
    assertThat(diff(child, parent))
        .containsExactly(
            one(3, Kind.ADDED),
            new SnapshotDifference(5L * CHUNK, 2L * CHUNK, Kind.CHANGED),
            one(1_000_000, Kind.REMOVED));
  }

  @Test
  void visitorsErrorAndMissingSnapshotsReachTheCaller() {
    assertThatThrownBy(() ->
            repository.diff(
                sizes.get(0),
                sizes.get(1),
                _ -> {
                  throw new IOException("enough");
                }))
        .hasMessage("enough");
    assertThatThrownBy(() -> diff(sizes.get(0), UUID.randomUUID()))
        .isInstanceOf(NoSuchSnapshotException.class);
  }

  private List<SnapshotDifference> diff(UUID earlier, UUID later) throws IOException {
    var differences = new ArrayList<SnapshotDifference>();
    repository.diff(earlier, later, differences::add);
    return differences;
  }

  private static SnapshotDifference one(long chunk, Kind kind) {
    return new SnapshotDifference(chunk * CHUNK, CHUNK, kind);
  }
}
