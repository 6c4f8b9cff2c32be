package atoll.repository;

import static atoll.repository.RepositoryFixture.CHUNK;
import static atoll.repository.RepositoryFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RepositoryTest {
  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(11);
  private MemoryObjectStore memory = new MemoryObjectStore();
  private FaultyObjectStore store = new FaultyObjectStore(memory);
  private Repository repository;

  @BeforeEach
  void open() throws IOException {
    memory = RepositoryFixture.newStore();
    store = new FaultyObjectStore(memory);
    repository = RepositoryFixture.open(store, cache);
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  @Test
  void openingWritesNothing() {
    assertThat(store.mutations()).isZero();
    assertThat(cache).isEmptyDirectory();
    assertThat(repository.chunkSizeBytes()).isEqualTo(CHUNK);
    assertThat(repository.createdAt()).isEqualTo(NOW);
  }

  @Test
  void repositoryIsNeverMadeOverAnother() throws IOException {
    byte[] config = RepositoryFixture.object(memory, "config");
    assertThatThrownBy(() -> RepositoryFixture.create(memory))
        .isInstanceOf(RepositoryExistsException.class)
        .hasMessageContaining("config");
    assertThat(RepositoryFixture.object(memory, "config")).isEqualTo(config);

    RepositoryFixture.write(repository, RepositoryFixture.volume(1, random));
    memory.delete("config");
    assertThatThrownBy(() -> RepositoryFixture.create(memory))
        .isInstanceOf(RepositoryExistsException.class)
        .hasMessageContaining("snapshots/");
  }

  @Test
  void storeWithoutRepositoryIsNamed() {
    assertThatThrownBy(() -> RepositoryFixture.open(new MemoryObjectStore(), cache))
        .isInstanceOf(NoRepositoryException.class);
  }

  @Test
  void foreignKeyOpensNothingAndTouchesNothing() {
    var other = RepositoryKey.generate(RepositoryFixture.RANDOM);
    assertThatThrownBy(() -> Repository.open(store, other, cache, InstantSource.fixed(NOW)))
        .isInstanceOf(WrongKeyException.class)
        .hasMessageContaining(repository.id().toString())
        .hasMessageContaining("1 key file and 0 passphrases");
    assertThat(store.mutations()).isZero();
  }

  @Test
  void wrappersOfOtherKindsAndKeysArePassedOver() throws IOException {
    memory.put("keys/00", bytes("{\"kind\":\"smart-card\",\"salt\":12}"));
    memory.put(
        "keys/01",
        bytes(
            "{\"kind\":\"key-file\",\"salt\":\"%s\",\"wrapped\":\"%s\"}"
                .formatted("ab".repeat(16), "A".repeat(64))));
    memory.put("keys/02", bytes("not JSON"));
    RepositoryFixture.open(memory, cache).close();
  }

  @ParameterizedTest
  @CsvSource({
    "atoll-repository, other-repository",
    "'version\":1', 'version\":2'",
    "sha-256, blake3",
    "aes-256-gcm, aes-128-gcm",
    "zstd, lz4",
    "'chunk_size\":16384', 'chunk_size\":16385'",
    "'fan_out\":256', 'fan_out\":128'"
  })
  void whatThisVersionDoesNotKnowIsRefusedByName(String known, String unknown) throws IOException {
    String config = new String(RepositoryFixture.object(memory, "config"), StandardCharsets.UTF_8);
    assertThat(config).contains(known);
    memory.put("config", bytes(config.replace(known, unknown)));
    assertThatThrownBy(() -> RepositoryFixture.open(memory, cache))
        .isInstanceOf(UnsupportedRepositoryException.class)
        .hasMessageContaining(unknown.replaceAll(".*:", ""));
  }

  @Test
  void forgedConfigIsDamaged() throws IOException {
    String config = new String(RepositoryFixture.object(memory, "config"), StandardCharsets.UTF_8);
    memory.put("config", bytes(config.replace("\"chunk_size\":16384", "\"chunk_size\":32768")));
    assertThatThrownBy(() -> RepositoryFixture.open(memory, cache))
        .isInstanceOf(DamagedObjectException.class)
        .hasMessageContaining("config");
  }

  @Test
  void manifestSaysWhatWasAskedFor() throws IOException {
    UUID id = UUID.randomUUID();
    Instant takenAt = Instant.parse("2026-02-28T23:59:59.123456Z");
    var request =
        new SnapshotRequest(
            id, RepositoryFixture.DOMAIN, null, takenAt, Map.of("volume", "vol ä", "x", ""));
    SparseVolume volume = RepositoryFixture.volume(20, random);
    SnapshotManifest written = repository.write(request, volume.whole(), ProgressListener.NONE);
    assertThat(repository.manifest(id)).isEqualTo(written);
    assertThat(written.takenAt()).isEqualTo(takenAt);
    assertThat(written.createdAt()).isEqualTo(NOW);
    assertThat(written.metadata()).containsEntry("volume", "vol ä").hasSize(2);
    assertThat(written.bytesRead()).isEqualTo(20L * CHUNK);
    assertThat(written.bytesChanged()).isEqualTo(20L * CHUNK);
    var packBytes = new AtomicLong();
    memory.list("packs/", (_, size) -> packBytes.addAndGet(size));
    assertThat(written.bytesStored()).isEqualTo(packBytes.get());
    assertThat(written.writer()).startsWith("atoll");
  }

  @Test
  void emptyVolumeIsASnapshot() throws IOException {
    for (long size : new long[] {0, 1, 1 << 20, 1L << 45}) {
      UUID id = RepositoryFixture.write(repository, new SparseVolume(size));
      assertThat(repository.manifest(id).bytesStored()).isZero();
      try (SnapshotImage image = repository.open(id)) {
        assertThat(image.sizeBytes()).isEqualTo(size);
        image.read(size, ByteBuffer.allocate(0));
        assertThatThrownBy(() -> image.read(size, ByteBuffer.allocate(1)))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void lastChunkIsPaddedWithZerosWhateverItsBufferHeld() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(300, random);
    volume.grow(300L * CHUNK + 5);
    volume.write(300L * CHUNK, ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
    UUID id = RepositoryFixture.write(repository, volume);
    assertThat(repository.manifest(id).contentDigest())
        .isEqualTo(ContentDigest.of(volume.whole(), CHUNK));
  }

  @Test
  void tryingAgainReturnsWhatIsThereWithoutReading() throws IOException {
    UUID id = UUID.randomUUID();
    var request = RepositoryFixture.request(id, null);
    SparseVolume volume = RepositoryFixture.volume(3, random);
    SnapshotManifest first = repository.write(request, volume.whole(), ProgressListener.NONE);
    SparseVolume.Layer unread =
        RepositoryFixture.volume(3, random)
            .whole()
            .onRead(_ -> {
              throw new AssertionError("the image was read");
            });
    assertThat(repository.write(request, unread, ProgressListener.NONE)).isEqualTo(first);
  }

  @Test
  void impossibleRequestsLeaveNothing() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(3, random);
    UUID parent = RepositoryFixture.write(repository, volume);
    var missing = RepositoryFixture.request(UUID.randomUUID(), UUID.randomUUID());
    assertThatThrownBy(() -> repository.write(missing, volume.layer(), ProgressListener.NONE))
        .isInstanceOf(NoSuchSnapshotException.class)
        .hasMessageContaining(String.valueOf(missing.parent()));
    var shrunk = RepositoryFixture.request(UUID.randomUUID(), parent);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> repository.write(shrunk, new SparseVolume(5).layer(), ProgressListener.NONE));
    assertThat(RepositoryFixture.keys(memory, "leases/")).isEmpty();
    assertThat(RepositoryFixture.keys(memory, "snapshots/")).hasSize(1);
  }

  @Test
  void deletedIdIsNotWrittenAgain() throws IOException {
    UUID id = UUID.randomUUID();
    repository.delete(id);
    SparseVolume volume = RepositoryFixture.volume(1, random);
    assertThatThrownBy(() ->
            repository.write(
                RepositoryFixture.request(id, null), volume.whole(), ProgressListener.NONE))
        .isInstanceOf(SnapshotDeletedException.class);
    assertThat(repository.exists(id)).isFalse();
  }

  @Test
  void deletionIsDoneOnceItsTombstoneIsThere() throws IOException {
    UUID id = RepositoryFixture.write(repository, RepositoryFixture.volume(1, random));
    store.atMutation(store.mutations() + 2, FaultyObjectStore.Fate.FAIL);
    assertThatThrownBy(() -> repository.delete(id)).isInstanceOf(IOException.class);
    assertThat(RepositoryFixture.keys(memory, "snapshots/")).hasSize(1);
    assertThat(repository.exists(id)).isFalse();
    assertThat(repository.list().manifests()).isEmpty();
    assertThatThrownBy(() -> repository.manifest(id)).isInstanceOf(NoSuchSnapshotException.class);
    repository.delete(id);
    assertThat(RepositoryFixture.keys(memory, "snapshots/")).isEmpty();
  }

  @Test
  void equalChunksAreStoredOnceInADomain() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(40, random);
    SparseVolume twice = volume.copy();
    twice.grow(80L * CHUNK);
    twice.write(40L * CHUNK, ByteBuffer.wrap(volume.bytes(0, 40 * CHUNK)));
    long first = manifest(RepositoryFixture.DOMAIN, twice).bytesStored();
    assertThat(first).isLessThan(40L * CHUNK + 20_000);
    assertThat(manifest(RepositoryFixture.DOMAIN, volume).bytesStored()).isLessThan(4_000);
    assertThat(manifest(new UUID(1, 2), volume).bytesStored())
        .as("another domain shares nothing")
        .isGreaterThan(first * 9 / 10);
  }

  private SnapshotManifest manifest(UUID domain, SparseVolume volume) throws IOException {
    var request = new SnapshotRequest(UUID.randomUUID(), domain, null, NOW, Map.of());
    return repository.write(request, volume.whole(), ProgressListener.NONE);
  }

  @Test
  void lostIndexIsMadeAgainFromThePacks() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(40, random);
    RepositoryFixture.write(repository, volume);
    try (var other = RepositoryFixture.open(memory, cache.resolve("other"))) {
      UUID id = RepositoryFixture.write(other, volume);
      assertThat(other.manifest(id).bytesStored()).isLessThan(4_000);
    }
  }

  @Test
  void nothingIsSealedWithAKeyThatWasDestroyed() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(10, random);
    UUID lost = RepositoryFixture.write(repository, volume);
    for (String key : RepositoryFixture.keys(memory, "domains/")) {
      memory.delete(key);
    }
    UUID id = RepositoryFixture.write(repository, volume);
    try (var other = RepositoryFixture.open(memory, cache.resolve("other"))) {
      assertThat(RepositoryFixture.restored(other, id).sameContent(volume)).isTrue();
      assertThatThrownBy(() -> RepositoryFixture.restored(other, lost))
          .isInstanceOf(DamagedObjectException.class);
      assertThat(other.list().unreadable()).containsOnlyKeys(lost);
    }
  }

  @Test
  void volumeMayDescendFromAnotherDomain() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(600, random);
    UUID image = RepositoryFixture.write(repository, volume);
    volume.write(5, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    var request = new SnapshotRequest(UUID.randomUUID(), new UUID(7, 7), image, NOW, Map.of());
    SparseVolume.Layer layer = volume.layer().mark(0, 1, Extent.Kind.DATA);
    SnapshotManifest manifest = repository.write(request, layer, ProgressListener.NONE);
    assertThat(manifest.bytesStored()).isLessThan(3L * CHUNK);
    repository.delete(image);
    try (var other = RepositoryFixture.open(memory, cache.resolve("other"))) {
      assertThat(RepositoryFixture.restored(other, manifest.id()).sameContent(volume)).isTrue();
    }
  }

  @Test
  void threeChangedBlocksCostAFewRequestsAndBytes() throws IOException {
    var volume = new SparseVolume(1L << 30);
    for (int i = 0; i < 500; i++) {
      volume.write(
          random.nextLong(volume.sizeBytes() - CHUNK),
          ByteBuffer.wrap(RepositoryFixture.content(CHUNK, random)));
    }
    UUID parent = RepositoryFixture.write(repository, volume);
    SparseVolume.Layer layer = volume.layer();
    for (long page : new long[] {3, 100_000, 2_000_000}) {
      volume.write(page * SparseVolume.PAGE_BYTES, ByteBuffer.wrap(new byte[] {9}));
      layer.mark(page, page + 1, Extent.Kind.DATA);
    }
    long calls = store.calls();
    long mutations = store.mutations();
    SnapshotManifest manifest =
        repository.write(
            RepositoryFixture.request(UUID.randomUUID(), parent), layer, ProgressListener.NONE);
    assertThat(manifest.bytesRead()).isEqualTo(3L * CHUNK);
    assertThat(manifest.bytesStored()).isLessThan(100_000);
    assertThat(store.mutations() - mutations).isEqualTo(5); // lease, pack, manifest, commit, lease
    assertThat(store.calls() - calls).isLessThan(30);
    assertThat(RepositoryFixture.restored(repository, manifest.id()).sameContent(volume)).isTrue();
  }

  @Test
  void tebibyteOfZerosIsAFewDroppedSubtrees() throws IOException {
    var volume = new SparseVolume(4L << 40);
    for (long at = 0; at < volume.sizeBytes(); at += volume.sizeBytes() / 100) {
      volume.write(at, ByteBuffer.wrap(new byte[] {1}));
    }
    UUID parent = RepositoryFixture.write(repository, volume);
    long tebibyte = 1L << 40;
    volume.zero(tebibyte + 5 * SparseVolume.PAGE_BYTES, tebibyte);
    long first = (tebibyte >> 9) + 5;
    SparseVolume.Layer layer =
        volume.layer().mark(first, first + (tebibyte >> 9), Extent.Kind.ZERO);
    long calls = store.calls();
    SnapshotManifest manifest =
        repository.write(
            RepositoryFixture.request(UUID.randomUUID(), parent), layer, ProgressListener.NONE);
    assertThat(manifest.bytesRead()).isEqualTo(2L * CHUNK); // the chunks at its two ends
    assertThat(store.calls() - calls).isLessThan(35);
    assertThat(RepositoryFixture.restored(repository, manifest.id()).sameContent(volume)).isTrue();
    assertThat(manifest.contentDigest()).isEqualTo(ContentDigest.of(volume.whole(), CHUNK));
  }

  @Test
  void progressEndsAtItsTotal() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(50, random);
    volume.zero(10L * CHUNK, 10L * CHUNK);
    var done = new AtomicLong();
    var total = new AtomicLong();
    ProgressListener listener =
        (doneBytes, totalBytes) -> {
          done.accumulateAndGet(doneBytes, Math::max);
          total.set(totalBytes);
        };
    UUID id = UUID.randomUUID();
    repository.write(RepositoryFixture.request(id, null), volume.whole(), listener);
    assertThat(done.get()).isEqualTo(40L * CHUNK).isEqualTo(total.get());
    done.set(0);
    repository.restore(id, new SparseVolume(volume.sizeBytes()), listener);
    assertThat(done.get()).isEqualTo(50L * CHUNK).isEqualTo(total.get());
  }

  @Test
  void strangeObjectsAreNoSnapshots() throws IOException {
    UUID id = RepositoryFixture.write(repository, RepositoryFixture.volume(1, random));
    memory.put("snapshots/readme.txt", bytes("hello"));
    memory.put("snapshots/0-0-0-0-1", bytes("hello"));
    memory.put("packs/readme.txt", bytes("hello"));
    assertThat(repository.list().manifests()).hasSize(1);
    assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).isClean()).isTrue();
    assertThat(repository.exists(id)).isTrue();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
