package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.FaultyObjectStore.Fate;
import atoll.objectstore.FaultyObjectStore.Operation;
import atoll.objectstore.LaggingObjectStore;
import atoll.objectstore.LaggingObjectStore.ConditionalPuts;
import atoll.objectstore.MemoryObjectStore;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a collection removes, keeps, moves, waits for and refuses. */
final class CollectorTest {
  private static final CollectionRequest ALL =
      new CollectionRequest(Set.of(), false, false, Duration.ofMinutes(1));

  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(12);
  private final AtomicReference<Instant> time = new AtomicReference<>(RepositoryFixture.NOW);
  private MemoryObjectStore store = new MemoryObjectStore();

  @BeforeEach
  void create() throws IOException {
    store = RepositoryFixture.newStore();
  }

  private Repository open(ObjectStore own, String host) throws IOException {
    return RepositoryFixture.open(own, cache.resolve(host), time::get, this::pass);
  }

  private void pass(Duration length) {
    time.updateAndGet(t -> t.plus(length));
  }

  private Repository open() throws IOException {
    return open(store, "host");
  }

  private static CollectionReport collect(Repository repository, CollectionRequest request)
      throws IOException {
    return repository.collect(request, CollectionListener.NONE);
  }

  private static void check(Repository repository, UUID id, SparseVolume expected)
      throws IOException {
    assertThat(RepositoryFixture.restored(repository, id).sameContent(expected)).isTrue();
    assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage()).isEmpty();
  }

  private long packsBytes() throws IOException {
    var bytes = new long[1];
    store.list("packs/", (_, size) -> bytes[0] += size);
    return bytes[0];
  }

  @Test
  void whatOnlyADeletedSnapshotNeededGoes() throws IOException {
    try (var repository = open()) {
      SparseVolume kept = RepositoryFixture.volume(60, random);
      UUID first = RepositoryFixture.write(repository, kept);
      long before = packsBytes();
      UUID second = RepositoryFixture.write(repository, RepositoryFixture.volume(60, random));
      repository.delete(second);
      CollectionReport trial =
          collect(repository, new CollectionRequest(Set.of(), true, false, Duration.ZERO));
      CollectionReport report = collect(repository, ALL);
      assertThat(packsBytes()).isLessThanOrEqualTo(before);
      assertThat(report.bytesFreed()).isGreaterThan(500_000);
      assertThat(trial.bytesFreed()).isCloseTo(report.bytesFreed(), offset(20_000));
      assertThat(report.snapshots()).isEqualTo(1);
      check(repository, first, kept);
      assertThat(collect(repository, ALL).packsRemoved()).isZero();
    }
    assertThat(RepositoryFixture.keys(store, "collectors/")).isEmpty();
  }

  private static Offset<Long> offset(long bytes) {
    return Offset.offset(bytes);
  }

  @Test
  void whatIsInUseInASparsePackMoves() throws IOException {
    try (var repository = open();
        var reader = open(store, "reader")) {
      SparseVolume volume = RepositoryFixture.volume(100, random);
      UUID first = RepositoryFixture.write(repository, volume);
      SparseVolume later = volume.copy();
      var changed = volume.layer();
      for (int chunk = 0; chunk < 100; chunk++) {
        if (chunk % 3 > 0) {
          long page = chunk * (long) RepositoryFixture.CHUNK / SparseVolume.PAGE_BYTES;
          later.zero((long) chunk * RepositoryFixture.CHUNK, RepositoryFixture.CHUNK);
          changed.mark(
              page, page + RepositoryFixture.CHUNK / SparseVolume.PAGE_BYTES, Extent.Kind.ZERO);
        }
      }
      UUID second = UUID.randomUUID();
      repository.write(RepositoryFixture.request(second, first), changed, ProgressListener.NONE);
      repository.delete(first);
      long before = packsBytes();
      try (SnapshotImage opened = reader.open(second)) {
        var bytes = ByteBuffer.allocate(RepositoryFixture.CHUNK);
        opened.read(0, bytes);
        CollectionReport report = collect(repository, ALL);
        assertThat(report.packsWritten()).isPositive();
        assertThat(packsBytes()).isLessThan(before / 2);
        var all = ByteBuffer.allocate((int) later.sizeBytes());
        opened.read(0, all);
        assertThat(all.array()).isEqualTo(later.bytes(0, all.capacity()));
      }
      check(repository, second, later);
      check(reader, second, later);
      // And what was moved is found again by its content: nothing of it is stored once more.
      UUID third = UUID.randomUUID();
      SnapshotManifest again =
          repository.write(
              RepositoryFixture.request(third, null), later.whole(), ProgressListener.NONE);
      assertThat(again.bytesStored()).isLessThan(20_000);
      check(repository, third, later);
    }
  }

  @Test
  void smallPacksAreJoinedAndMapsStayFew() throws IOException {
    Map<UUID, SparseVolume> written = new HashMap<>();
    try (var repository = open()) {
      for (int round = 0; round < 40; round++) {
        SparseVolume volume = RepositoryFixture.volume(1, random);
        written.put(RepositoryFixture.write(repository, volume), volume);
        if (round % 3 == 2) {
          UUID gone = written.keySet().iterator().next();
          written.remove(gone);
          repository.delete(gone);
        }
        collect(repository, ALL);
      }
      assertThat(RepositoryFixture.keys(store, "packs/").size()).isLessThan(16);
      assertThat(RepositoryFixture.keys(store, "relocations/").size()).isLessThan(12);
      assertThat(RepositoryFixture.keys(store, "condemned/").size()).isLessThan(4);
    }
    try (var repository = open(store, "other")) {
      for (Map.Entry<UUID, SparseVolume> snapshot : written.entrySet()) {
        check(repository, snapshot.getKey(), snapshot.getValue());
      }
    }
  }

  /** As those of Swift may; a claim lasts five minutes. */
  @Test
  void listingsMayLagLongerThanAClaimLasts() throws IOException {
    var delay = Duration.ofMinutes(10);
    var lagging = new LaggingObjectStore(1, delay, 0, ConditionalPuts.NONE);
    RepositoryFixture.create(lagging);
    lagging.sleep(delay);
    try (var repository =
        RepositoryFixture.open(
            lagging, cache.resolve("lagging"), lagging.clock(), lagging::sleep)) {
      SparseVolume kept = RepositoryFixture.volume(20, random);
      UUID first = RepositoryFixture.write(repository, kept);
      UUID second = RepositoryFixture.write(repository, RepositoryFixture.volume(60, random));
      repository.delete(second);
      lagging.sleep(delay);
      CollectionReport report = repository.collect(ALL, CollectionListener.NONE);
      assertThat(report.bytesFreed()).isGreaterThan(500_000);
      lagging.sleep(delay);
      check(repository, first, kept);
    }
  }

  @Test
  void writerThatIsSilentForTooLongIsGivenUp() throws IOException {
    var dying = new FaultyObjectStore(store);
    dying.follow(call ->
        call.key().startsWith("snapshots/") && call.operation().mutates() ? Fate.KILL : Fate.PASS);
    try (var repository = open(dying, "dying")) {
      assertThatThrownBy(
              () -> RepositoryFixture.write(repository, RepositoryFixture.volume(60, random)))
          .isInstanceOf(IOException.class);
    }
    try (var repository = open()) {
      CollectionReport early =
          collect(repository, new CollectionRequest(Set.of(), false, false, Duration.ofSeconds(9)));
      assertThat(early.packsRemoved()).isZero(); // they may be needed soon
      time.updateAndGet(t -> t.plus(Duration.ofHours(2)));
      collect(repository, ALL);
      CollectionReport late = collect(repository, ALL);
      assertThat(late.bytesBefore()).isZero();
      assertThat(RepositoryFixture.keys(store, "leases/")).isEmpty();
      assertThat(RepositoryFixture.keys(store, "packs/")).isEmpty();
    }
  }

  /** It knows that its own writing is over: nobody else could tell that from one at work. */
  @Test
  void whatAFailedWritingOfItsOwnLeftGoesAtOnce() throws IOException {
    var failing = new FaultyObjectStore(store);
    failing.follow(RepositoryFixture::failManifests);
    try (var repository = open(failing, "failing")) {
      assertThatThrownBy(
              () -> RepositoryFixture.write(repository, RepositoryFixture.volume(60, random)))
          .isInstanceOf(IOException.class);
      assertThat(RepositoryFixture.keys(store, "leases/")).hasSize(1);
      CollectionReport report = collect(repository, ALL);
      assertThat(report.writersAwaited()).isZero();
      assertThat(RepositoryFixture.keys(store, "leases/")).isEmpty();
      collect(repository, ALL);
      assertThat(packsBytes()).isZero();
    }
    assertThat(time.get()).isBefore(RepositoryFixture.NOW.plusSeconds(1));
  }

  @Test
  void snapshotThatIsDamagedIsNotMadeWorse() throws IOException {
    try (var repository = open()) {
      UUID damaged = RepositoryFixture.write(repository, RepositoryFixture.volume(30, random));
      String lost = RepositoryFixture.keys(store, "packs/").getFirst();
      UUID other = RepositoryFixture.write(repository, RepositoryFixture.volume(30, random));
      repository.delete(other);
      store.delete(lost);
      long before = packsBytes();
      assertThatThrownBy(() -> collect(repository, ALL))
          .isInstanceOf(CannotCollectException.class)
          .hasMessageContaining(damaged.toString());
      assertThat(packsBytes()).isEqualTo(before);
      collect(repository, new CollectionRequest(Set.of(), false, true, Duration.ZERO));
      assertThat(packsBytes()).isLessThan(before);
      repository.delete(damaged);
      collect(repository, ALL);
      assertThat(packsBytes()).isZero();
    }
  }

  @Test
  void snapshotThatIsMissingFromTheStoreStopsIt() throws IOException {
    try (var repository = open()) {
      UUID lost = RepositoryFixture.write(repository, RepositoryFixture.volume(30, random));
      store.delete("snapshots/" + lost);
      var request = new CollectionRequest(Set.of(lost), false, false, Duration.ZERO);
      assertThatThrownBy(() -> collect(repository, request))
          .isInstanceOf(CannotCollectException.class)
          .hasMessageContaining(lost + " should be there");
      repository.delete(lost);
      assertThat(collect(repository, request).packsRemoved()).isPositive();
    }
  }

  @Test
  void onlyOneCollectorIsAtWork() throws IOException {
    try (var repository = open();
        var other = open(store, "other")) {
      RepositoryFixture.write(repository, RepositoryFixture.volume(30, random));
      repository.collect(
          ALL,
          (_, _, _) ->
              assertThatThrownBy(() -> collect(other, ALL))
                  .isInstanceOf(CollectorBusyException.class)
                  .hasMessageContaining("process " + ProcessHandle.current().pid()));
    }
  }

  /** A collection that is ended at every call that changes the store, in turn. */
  @ParameterizedTest
  @EnumSource(
      value = Fate.class,
      names = {"KILL", "KILL_AFTER"})
  void killedAnywhereTheNextGoesOn(Fate fate) throws IOException {
    boolean isOver = false;
    int mutation = 1;
    for (; !isOver; mutation++) {
      store = RepositoryFixture.newStore();
      time.set(RepositoryFixture.NOW);
      String host = fate + "-" + mutation;
      Map<UUID, SparseVolume> kept = story(host);
      var dying = new FaultyObjectStore(store);
      dying.atMutation(mutation, fate);
      try (var repository = open(dying, host)) {
        collect(repository, ALL);
        isOver = true;
      } catch (IOException e) {
        assertThat(e).hasStackTraceContaining("fault: KILL");
      }
      try (var repository = open(store, host + "-next")) {
        for (Map.Entry<UUID, SparseVolume> snapshot : kept.entrySet()) {
          check(repository, snapshot.getKey(), snapshot.getValue());
        }
        time.updateAndGet(t -> t.plus(CollectorClaim.LENGTH.multipliedBy(2)));
        CollectionReport report = collect(repository, ALL);
        assertThat(packsBytes()).as("mutation %d", mutation).isLessThan(report.bytesLive() * 5 / 4);
        for (Map.Entry<UUID, SparseVolume> snapshot : kept.entrySet()) {
          check(repository, snapshot.getKey(), snapshot.getValue());
        }
      }
    }
    assertThat(mutation).isGreaterThan(15);
  }

  @Test
  void whatIsMissingWhenAnotherCollectorTookOverIsNoDamage() throws IOException {
    var suspended = new FaultyObjectStore(store);
    try (var other = open();
        var repository = open(suspended, "suspended")) {
      SparseVolume volume = RepositoryFixture.volume(60, random);
      UUID kept = RepositoryFixture.write(other, volume);
      Set<String> before = Set.copyOf(RepositoryFixture.keys(store, "packs/"));
      var fleeting = new AtomicReference<@Nullable UUID>();
      suspended.follow(call -> {
        if (call.operation() == Operation.LIST && call.key().startsWith("leases/")) {
          fleeting.updateAndGet(there -> there == null ? written(other) : there);
        }
        UUID id = fleeting.get();
        boolean isOfIt = call.key().startsWith("packs/") && !before.contains(call.key());
        if (id != null && isOfIt && call.operation() == Operation.GET) {
          collectedWithout(other, id);
        }
        return Fate.PASS;
      });
      assertThatThrownBy(() -> collect(repository, ALL))
          .hasMessageContaining("the collector was silent")
          .hasCauseInstanceOf(CannotCollectException.class);
      check(other, kept, volume);
    }
  }

  private UUID written(Repository repository) {
    try {
      return RepositoryFixture.write(repository, RepositoryFixture.volume(60, random));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void collectedWithout(Repository repository, UUID id) {
    time.updateAndGet(t -> t.plus(CollectorClaim.LENGTH.multipliedBy(2)));
    try {
      repository.delete(id);
      collect(repository, ALL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes snapshots that share content, and deletes some. */
  private Map<UUID, SparseVolume> story(String host) throws IOException {
    Map<UUID, SparseVolume> kept = new HashMap<>();
    try (var repository = open(store, host)) {
      SparseVolume volume = RepositoryFixture.volume(150, new SplittableRandom(1));
      UUID last = RepositoryFixture.write(repository, volume);
      for (int i = 0; i < 10; i++) {
        SparseVolume next = volume.copy();
        SparseVolume.Layer layer = next.layer();
        long page = i * 14L * RepositoryFixture.CHUNK / SparseVolume.PAGE_BYTES;
        byte[] content = RepositoryFixture.content(9 * RepositoryFixture.CHUNK, random);
        next.write(page * SparseVolume.PAGE_BYTES, ByteBuffer.wrap(content));
        layer.mark(
            page, page + 9L * RepositoryFixture.CHUNK / SparseVolume.PAGE_BYTES, Extent.Kind.DATA);
        UUID id = UUID.randomUUID();
        repository.write(RepositoryFixture.request(id, last), layer, ProgressListener.NONE);
        if (i % 2 == 0) {
          repository.delete(last);
          kept.remove(last);
        }
        kept.put(id, next);
        volume = next;
        last = id;
      }
    }
    return kept;
  }
}
