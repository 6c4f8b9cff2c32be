package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A repository of long ago in which a collector has moved records, and a verification has noted a
 * chunk that was damaged, is read today, by us and by {@link StrangersReader}.
 */
final class MovedFormatTest {
  private static final Path FIXTURE = Path.of("src/test/resources/repository-v1-moved");
  private static final UUID DELETED = new UUID(0, 1);
  private static final UUID MOVED = new UUID(0, 2);
  private static final UUID DAMAGED = new UUID(0, 3);
  private static final UUID AGAIN = new UUID(0, 4);

  private static final int CHUNKS = 12;
  private static final int KEPT_EVERY = 3;

  @TempDir private Path cache;

  @Test
  void whatWasMovedIsRead() throws Exception {
    Map<String, byte[]> objects = FormatTest.fixture(FIXTURE);
    assertThat(objects.keySet()).anyMatch(key -> key.startsWith("relocations/"));
    var stranger = new StrangersReader(objects, Files.readString(FIXTURE.resolve("key-file")));
    try (var repository = open(objects)) {
      for (UUID id : List.of(MOVED, AGAIN)) {
        SparseVolume expected = volume(id);
        assertThat(RepositoryFixture.restored(repository, id).sameContent(expected)).isTrue();
        assertThat(stranger.read(id)).isEqualTo(expected.bytes(0, (int) expected.sizeBytes()));
      }
      assertThat(repository.exists(DELETED)).isFalse();
    }
  }

  @Test
  void whatIsDamagedIsToldAndNotReferredTo() throws Exception {
    Map<String, byte[]> objects = FormatTest.fixture(FIXTURE);
    var stranger = new StrangersReader(objects, Files.readString(FIXTURE.resolve("key-file")));
    assertThatThrownBy(() -> stranger.read(DAMAGED)).isInstanceOf(GeneralSecurityException.class);
    assertThat(stranger.damaged()).hasSize(1);
    try (var repository = open(objects)) {
      VerifyReport report = repository.verify(VerifyMode.FULL, ProgressListener.NONE);
      assertThat(report.damage()).hasSize(1);
      VerifyReport.Damage damage = report.damage().getFirst();
      assertThat(stranger.damaged()).containsEntry(damage.objectKey(), damage.offsetBytes());
      assertThat(damage.needs())
          .containsExactly(new VerifyReport.Need(DAMAGED, 0, RepositoryFixture.CHUNK));
      assertThat(SalvageTest.salvaged(repository, DAMAGED, volume(DAMAGED))).hasSize(1);
      UUID next = UUID.randomUUID();
      repository.write(
          RepositoryFixture.request(next, DAMAGED), volume(DAMAGED).whole(), ProgressListener.NONE);
      assertThat(RepositoryFixture.restored(repository, next).sameContent(volume(DAMAGED)))
          .isTrue();
    }
  }

  private Repository open(Map<String, byte[]> objects) throws IOException {
    var key = RepositoryKey.read(FIXTURE.resolve("key-file"));
    return Repository.open(
        FormatTest.stored(objects),
        key,
        cache,
        RepositoryFixture.TUNING,
        RepositoryFixture.RANDOM,
        () -> RepositoryFixture.NOW);
  }

  /** What the snapshots hold: chunks of one byte each, all different. */
  private static SparseVolume volume(UUID id) {
    boolean isMoved = id.equals(MOVED) || id.equals(DELETED);
    int first = isMoved ? 1 : 101;
    var volume = new SparseVolume((long) CHUNKS * RepositoryFixture.CHUNK - 1000);
    for (int i = 0; i < CHUNKS; i++) {
      if (!id.equals(MOVED) || i % KEPT_EVERY == 0) {
        volume.write((long) i * RepositoryFixture.CHUNK, ByteBuffer.wrap(content(first + i)));
      }
    }
    return volume;
  }

  /** Bytes that hardly compress, other ones for each number. */
  private static byte[] content(int number) {
    var bytes = new byte[RepositoryFixture.CHUNK - 1000];
    long state = number * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < bytes.length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      bytes[i] = (byte) (state >>> (i % 2 == 0 ? 60 : 56)); // half of them say little
    }
    return bytes;
  }

  /** Writes the fixture; ran once, when damage came to be told. */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0]));
    RepositoryFixture.KEY.writeTo(folder.resolve("key-file"));
    MemoryObjectStore store = RepositoryFixture.newStore();
    try (var repository = RepositoryFixture.open(store, Files.createTempDirectory("cache"))) {
      SparseVolume deleted = volume(DELETED);
      repository.write(
          RepositoryFixture.request(DELETED, null), deleted.whole(), ProgressListener.NONE);
      repository.write(
          RepositoryFixture.request(MOVED, DELETED), discarded(), ProgressListener.NONE);
      repository.delete(DELETED);
      var request = new CollectionRequest(Set.of(), false, false, Duration.ofMinutes(1));
      repository.collect(request, CollectionListener.NONE);
      repository.write(
          RepositoryFixture.request(DAMAGED, null), volume(DAMAGED).whole(), ProgressListener.NONE);
      damageFirstChunk(store, repository);
      repository.verify(VerifyMode.FULL, ProgressListener.NONE);
    }
    try (var repository = RepositoryFixture.open(store, Files.createTempDirectory("cache"))) {
      repository.write(
          RepositoryFixture.request(AGAIN, null), volume(AGAIN).whole(), ProgressListener.NONE);
    }
    FormatTest.write(store, folder.resolve("objects"));
  }

  private static SparseVolume.Layer discarded() {
    SparseVolume.Layer layer = volume(MOVED).layer();
    long pages = RepositoryFixture.CHUNK / SparseVolume.PAGE_BYTES;
    for (long chunk = 0; chunk < CHUNKS; chunk++) {
      if (chunk % KEPT_EVERY > 0) {
        long end = Math.min((chunk + 1) * pages, volume(MOVED).sizeBytes() / 512);
        layer.mark(chunk * pages, end, Extent.Kind.ZERO);
      }
    }
    return layer;
  }

  private static void damageFirstChunk(MemoryObjectStore store, Repository repository)
      throws IOException {
    for (RepositoryFixture.Located located : RepositoryFixture.entries(store)) {
      byte[] bytes = RepositoryFixture.object(store, located.packKey());
      bytes[(int) located.entry().offsetBytes()] ^= 1;
      byte[] whole = RepositoryFixture.object(store, located.packKey());
      store.put(located.packKey(), ByteBuffer.wrap(bytes));
      List<LostRange> lost =
          repository.salvage(DAMAGED).restore((_, _) -> {}, ProgressListener.NONE);
      if (lost.size() == 1
          && lost.getFirst().offsetBytes() == 0
          && lost.getFirst().lengthBytes() == RepositoryFixture.CHUNK) {
        return;
      }
      store.put(located.packKey(), ByteBuffer.wrap(whole));
    }
    throw new IllegalStateException("there is no such chunk");
  }
}
