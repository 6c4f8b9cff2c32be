package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.BlockImage;
import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.FaultyObjectStore.Fate;
import atoll.objectstore.LaggingObjectStore;
import atoll.objectstore.LaggingObjectStore.ConditionalPuts;
import atoll.objectstore.MemoryObjectStore;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is damaged is whole again where the same content is to be had elsewhere. */
final class HealTest {
  private static final CollectionRequest ALL =
      new CollectionRequest(Set.of(), false, false, Duration.ofMinutes(1));

  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(5);
  private final AtomicReference<Instant> time = new AtomicReference<>(RepositoryFixture.NOW);
  private final SparseVolume volume = RepositoryFixture.volume(30, random);
  private MemoryObjectStore store = new MemoryObjectStore();
  private UUID snapshot = new UUID(0, 0);

  @BeforeEach
  void write() throws IOException {
    store = RepositoryFixture.newStore();
    try (var repository = open(store, "first")) {
      snapshot = RepositoryFixture.write(repository, volume);
    }
  }

  private Repository open(ObjectStore own, String host) throws IOException {
    return RepositoryFixture.open(own, cache.resolve(host), time::get, this::pass);
  }

  private void pass(Duration length) {
    time.updateAndGet(t -> t.plus(length));
  }

  private static HealReport heal(Repository repository, BlockImage... images) throws IOException {
    return repository.heal(List.of(images), ProgressListener.NONE);
  }

  private static void collect(Repository repository) throws IOException {
    repository.collect(ALL, CollectionListener.NONE);
  }

  private List<RepositoryFixture.Located> chunks() throws IOException {
    return RepositoryFixture.entries(store).stream()
        .filter(located -> located.entry().kind() == PackEntry.CHUNK)
        .toList();
  }

  private void flip(RepositoryFixture.Located located) throws IOException {
    flip(store, located);
  }

  private static void flip(ObjectStore own, RepositoryFixture.Located located) throws IOException {
    byte[] bytes = RepositoryFixture.object(own, located.packKey());
    bytes[(int) located.entry().offsetBytes() + 5] ^= 1;
    own.put(located.packKey(), ByteBuffer.wrap(bytes));
  }

  private void checkWhole(Repository repository, UUID id) throws IOException {
    assertThat(RepositoryFixture.restored(repository, id).sameContent(volume)).isTrue();
    assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage()).isEmpty();
  }

  @Test
  void whatALaterBackupStoredAgainHealsTheEarlier() throws Exception {
    flip(chunks().get(3));
    flip(chunks().get(9));
    try (var repository = open(store, "host");
        var reader = open(store, "reader");
        SnapshotImage image = reader.open(snapshot)) {
      assertThatThrownBy(() -> RepositoryFixture.restored(reader, snapshot))
          .isInstanceOf(DamagedObjectException.class);
      assertThat(heal(repository).left()).hasSize(2);
      UUID again = RepositoryFixture.write(repository, volume);
      HealReport report = heal(repository);
      assertThat(report.healed()).isEqualTo(2);
      assertThat(report.left()).isEmpty();
      checkWhole(repository, snapshot);
      checkWhole(repository, again);
      // Who reads since before finds it as well.
      var bytes = ByteBuffer.allocate((int) volume.sizeBytes());
      image.read(0, bytes);
      assertThat(bytes.array()).isEqualTo(volume.bytes(0, bytes.capacity()));
      assertThat(RepositoryFixture.restored(reader, snapshot).sameContent(volume)).isTrue();
      assertThat(heal(repository).healed()).isZero();
    }
    RepositoryFixture.KEY.writeTo(cache.resolve("key"));
    var stranger =
        new StrangersReader(FormatTest.objects(store), Files.readString(cache.resolve("key")));
    assertThat(stranger.read(snapshot)).isEqualTo(volume.bytes(0, (int) volume.sizeBytes()));
  }

  @Test
  void nodeIsHealedFromTheTableOfALaterBackup() throws IOException {
    RepositoryFixture.Located node =
        RepositoryFixture.entries(store).stream()
            .filter(located -> located.entry().kind() == PackEntry.NODE)
            .findFirst()
            .orElseThrow();
    flip(node);
    try (var repository = open(store, "host")) {
      assertThat(heal(repository, volume.whole()).left()).hasSize(1); // images have no nodes
      UUID again = RepositoryFixture.write(repository, volume);
      HealReport report = heal(repository);
      assertThat(report.healed()).isEqualTo(1);
      assertThat(report.left()).isEmpty();
      checkWhole(repository, snapshot);
      repository.delete(again);
      collect(repository);
      checkWhole(repository, snapshot);
    }
  }

  @Test
  void imageOfTheUserHeals() throws IOException {
    for (RepositoryFixture.Located chunk : chunks()) {
      flip(chunk);
    }
    SparseVolume other = RepositoryFixture.volume(40, random);
    other.write(5L * RepositoryFixture.CHUNK, ByteBuffer.wrap(volume.bytes(0, 1 << 18)));
    try (var repository = open(store, "host")) {
      HealReport half = heal(repository, other.whole());
      assertThat(half.healed()).isEqualTo((1 << 18) / RepositoryFixture.CHUNK);
      assertThat(half.left()).hasSize(30 - half.healed());
      HealReport rest = heal(repository, other.whole(), volume.whole());
      assertThat(rest.healed()).isEqualTo(30 - half.healed());
      checkWhole(repository, snapshot);
    }
    try (var repository = open(store, "fresh")) {
      var request = RepositoryFixture.request(UUID.randomUUID(), null);
      SnapshotManifest next = repository.write(request, volume.whole(), ProgressListener.NONE);
      assertThat(next.bytesStored()).isLessThan(RepositoryFixture.CHUNK); // all is known again
      checkWhole(repository, next.id());
    }
  }

  /** Header, directory and trailer of every pack in turn. */
  @Test
  void packIsLeftThatCannotSayWhatIsInIt() throws IOException {
    int packs = RepositoryFixture.keys(store, "packs/").size();
    for (int pack = 0; pack < packs; pack++) {
      for (int fromEnd : new int[] {-3, 40, 10}) {
        write(); // anew
        time.set(RepositoryFixture.NOW);
        String key = RepositoryFixture.keys(store, "packs/").get(pack);
        byte[] bytes = RepositoryFixture.object(store, key);
        bytes[fromEnd < 0 ? -fromEnd : bytes.length - fromEnd] ^= 1;
        store.put(key, ByteBuffer.wrap(bytes));
        checkLeft(key, "host-" + pack + fromEnd);
      }
    }
  }

  private void checkLeft(String pack, String host) throws IOException {
    try (var repository = open(store, host)) {
      HealReport report = heal(repository);
      assertThat(report.left()).extracting(VerifyReport.Damage::objectKey).containsExactly(pack);
      assertThat(report.healed()).isPositive();
      assertThat(heal(repository).healed()).isZero();
      collect(repository);
      assertThat(store.exists(pack)).isFalse();
      checkWhole(repository, snapshot);
    }
  }

  @Test
  void chunksOfAMissingPackAreHealed() throws IOException {
    String lost =
        RepositoryFixture.keys(store, "packs/").stream()
            .filter(key -> hasNoNodes(key))
            .findFirst()
            .orElseThrow();
    store.delete(lost);
    try (var repository = open(store, "host")) {
      assertThat(heal(repository, volume.whole()).left()).isEmpty();
      checkWhole(repository, snapshot);
      collect(repository);
      checkWhole(repository, snapshot);
    }
  }

  private boolean hasNoNodes(String packKey) {
    try {
      return RepositoryFixture.entries(store).stream()
          .filter(located -> located.packKey().equals(packKey))
          .allMatch(located -> located.entry().kind() == PackEntry.CHUNK);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatWasHealedOutlivesCollections() throws IOException {
    flip(chunks().get(3));
    try (var repository = open(store, "host")) {
      assertThat(heal(repository, volume.whole()).left()).isEmpty();
      for (int round = 0; round < 12; round++) {
        RepositoryFixture.write(repository, RepositoryFixture.volume(1, random));
        UUID gone = RepositoryFixture.write(repository, RepositoryFixture.volume(20, random));
        repository.delete(gone);
        collect(repository);
        assertThat(RepositoryFixture.restored(repository, snapshot).sameContent(volume)).isTrue();
      }
      checkWhole(repository, snapshot);
    }
    try (var repository = open(store, "fresh")) {
      checkWhole(repository, snapshot);
    }
  }

  @Test
  void readersFindItAtOnceThoughListingsLag() throws IOException {
    var delay = Duration.ofSeconds(30);
    for (long seed = 1; seed <= 20; seed++) {
      var lagging = new LaggingObjectStore(seed, delay, 0, ConditionalPuts.of(seed));
      RepositoryFixture.create(lagging);
      lagging.sleep(delay.multipliedBy(3));
      try (var repository =
              RepositoryFixture.open(
                  lagging, cache.resolve("a" + seed), lagging.clock(), lagging::sleep);
          var reader =
              RepositoryFixture.open(
                  lagging, cache.resolve("b" + seed), lagging.clock(), lagging::sleep)) {
        UUID id = RepositoryFixture.write(repository, volume);
        lagging.sleep(delay.multipliedBy(3));
        List<RepositoryFixture.Located> all = RepositoryFixture.entries(lagging);
        for (RepositoryFixture.Located located : all) {
          if (located.entry().kind() == PackEntry.CHUNK) {
            flip(lagging, located);
          }
        }
        HealReport report = repository.heal(List.of(volume.whole()), ProgressListener.NONE);
        assertThat(report.left()).as("seed %d", seed).isEmpty();
        assertThat(RepositoryFixture.restored(reader, id).sameContent(volume)).isTrue();
      }
    }
  }

  @Test
  void nobodyCollectsMeanwhile() throws IOException {
    flip(chunks().get(3));
    try (var repository = open(store, "host");
        var other = open(store, "other")) {
      repository.collect(
          ALL,
          (_, _, _) ->
              assertThatThrownBy(() -> heal(other, volume.whole()))
                  .isInstanceOf(CollectorBusyException.class));
      assertThat(heal(other, volume.whole()).left()).isEmpty();
    }
  }

  /** A healing that is ended at every call that changes the store, in turn. */
  @ParameterizedTest
  @EnumSource(
      value = Fate.class,
      names = {"KILL", "KILL_AFTER", "FAIL", "LOSE_ANSWER"})
  void endedAnywhereNothingIsLost(Fate fate) throws IOException {
    boolean isOver = false;
    int mutation = 1;
    for (; !isOver; mutation++) {
      write();
      time.set(RepositoryFixture.NOW);
      for (RepositoryFixture.Located chunk : chunks()) {
        flip(chunk);
      }
      var dying = new FaultyObjectStore(store);
      dying.atMutation(mutation, fate);
      String host = fate + "-" + mutation;
      try (var repository = open(dying, host)) {
        heal(repository, volume.whole());
        isOver = dying.mutations() < mutation;
      } catch (IOException e) {
        assertThat(e).hasStackTraceContaining("fault: ");
      }
      time.updateAndGet(t -> t.plus(CollectorClaim.LENGTH.multipliedBy(2)));
      try (var repository = open(store, host + "-next")) {
        SalvageTest.salvaged(repository, snapshot, volume);
        collect(repository);
        SalvageTest.salvaged(repository, snapshot, volume);
        assertThat(heal(repository, volume.whole()).left()).as("mutation %d", mutation).isEmpty();
        checkWhole(repository, snapshot);
        collect(repository);
        checkWhole(repository, snapshot);
      }
    }
    assertThat(mutation).isGreaterThan(5);
  }
}
