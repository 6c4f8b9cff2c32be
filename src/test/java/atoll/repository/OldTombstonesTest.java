package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.FaultyObjectStore.Fate;
import atoll.objectstore.LaggingObjectStore;
import atoll.objectstore.LaggingObjectStore.ConditionalPuts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tombstones go a month after their snapshots, and take nothing with them. */
final class OldTombstonesTest {
  private static final Duration DELAY = Duration.ofMinutes(10);
  private static final Duration MONTH = Duration.ofDays(31);

  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(3);
  private LaggingObjectStore store = new LaggingObjectStore(1, DELAY, 0, ConditionalPuts.NONE);

  @BeforeEach
  void create() throws IOException {
    RepositoryFixture.create(store);
    store.pass(DELAY);
  }

  private Repository open(String host) throws IOException {
    return RepositoryFixture.open(store, cache.resolve(host), store.clock(), store::pass);
  }

  private static CollectionReport collect(Repository repository) throws IOException {
    var request = new CollectionRequest(Set.of(), false, false, Duration.ofHours(1));
    return repository.collect(request, CollectionListener.NONE);
  }

  private int count(String prefix) throws IOException {
    store.pass(DELAY);
    return RepositoryFixture.keys(store, prefix).size();
  }

  @Test
  void tombstonesGoAfterAMonth() throws IOException {
    try (var repository = open("host")) {
      for (int day = 0; day < 20; day++) {
        UUID id = RepositoryFixture.write(repository, RepositoryFixture.volume(2, random));
        repository.delete(id);
        collect(repository);
        collect(repository);
        store.pass(Duration.ofHours(12));
      }
      assertThat(count("deleted/")).isEqualTo(20);
      assertThat(count("old-tombstones/")).isBetween(8, 12);
      store.pass(MONTH);
      collect(repository);
      assertThat(count("deleted/")).isLessThan(4);
      store.pass(MONTH);
      collect(repository);
      store.pass(MONTH);
      collect(repository);
      assertThat(count("deleted/")).isZero();
      assertThat(count("old-tombstones/")).isZero();
      assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage()).isEmpty();
    }
  }

  @Test
  void deletionThatWasKilledIsDoneBeforeItsTombstoneGoes() throws IOException {
    UUID id;
    var dying = new FaultyObjectStore(store);
    try (var repository = RepositoryFixture.open(dying, cache.resolve("dying"), store.clock())) {
      id = RepositoryFixture.write(repository, RepositoryFixture.volume(2, random));
      dying.follow(
          call -> call.key().startsWith("snapshots/") && isDelete(call) ? Fate.KILL : Fate.PASS);
      assertThatThrownBy(() -> repository.delete(id)).hasMessageContaining("KILL");
    }
    store.pass(DELAY);
    assertThat(store.exists(ObjectNames.snapshot(id))).isTrue();
    try (var repository = open("host")) {
      for (int month = 0; month < 4; month++) {
        collect(repository);
        store.pass(MONTH);
        assertThat(repository.list().manifests()).isEmpty();
      }
      assertThat(count("snapshots/")).isZero();
      assertThat(count("deleted/")).isZero();
    }
  }

  private static boolean isDelete(FaultyObjectStore.Call call) {
    return call.operation() == FaultyObjectStore.Operation.DELETE;
  }

  /** Listings may still show the tombstone. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void snapshotThatWasCopiedHereAgainIsKept(long seed) throws IOException {
    store = new LaggingObjectStore(seed, DELAY, 0, ConditionalPuts.NONE);
    create();
    SparseVolume volume = RepositoryFixture.volume(30, random);
    try (var repository = open("host");
        var other = open("other")) {
      UUID id = RepositoryFixture.write(repository, volume);
      repository.delete(id);
      for (int month = 0; month < 3; month++) {
        store.pass(MONTH);
        collect(repository);
      }
      assertThat(store.exists(ObjectNames.tombstone(id))).isFalse();
      repository.write(RepositoryFixture.request(id, null), volume.whole(), ProgressListener.NONE);
      collect(other);
      store.pass(DELAY);
      collect(other);
      assertThat(RepositoryFixture.restored(repository, id).sameContent(volume)).isTrue();
    }
  }

  @Test
  void recordThatCannotBeReadIsMadeAnew() throws IOException {
    try (var repository = open("host")) {
      repository.delete(RepositoryFixture.write(repository, RepositoryFixture.volume(2, random)));
      store.pass(DELAY);
      collect(repository);
      store.pass(DELAY);
      String key = RepositoryFixture.keys(store, "old-tombstones/").getFirst();
      store.put(key, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      store.pass(DELAY);
      collect(repository);
      store.pass(DELAY);
      assertThat(RepositoryFixture.keys(store, "old-tombstones/")).hasSize(1).doesNotContain(key);
      assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage()).isEmpty();
    }
  }
}
