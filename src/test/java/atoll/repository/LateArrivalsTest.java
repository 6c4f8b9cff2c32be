package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.FaultyObjectStore.Fate;
import atoll.objectstore.FaultyObjectStore.Operation;
import atoll.objectstore.LaggingObjectStore;
import atoll.objectstore.LaggingObjectStore.ConditionalPuts;
import atoll.objectstore.ObjectStore;
import atoll.objectstore.ProcessMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What processes sent that died, stood still or gave up, and which arrives later. */
final class LateArrivalsTest {
  private static final CollectionRequest ALL =
      new CollectionRequest(Set.of(), false, false, Duration.ofMinutes(1));

  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(12);
  private LaggingObjectStore store =
      new LaggingObjectStore(1, Duration.ZERO, 0, ConditionalPuts.NONE);

  @BeforeEach
  void create() throws IOException {
    RepositoryFixture.create(store);
  }

  private Repository open(ObjectStore own, String host) throws IOException {
    return RepositoryFixture.open(own, cache.resolve(host), store.clock(), store::sleep);
  }

  /** The mark of a process of this host that is no more. */
  private static String deadMark() {
    return ProcessMark.own().replaceFirst("\\d+$", "1");
  }

  /** A manifest that comes late would take the place of another attempt's. */
  @Test
  void whatADeadProcessSentMayStillComeBeforeItsLeaseIsBroken() throws IOException {
    var failing = new FaultyObjectStore(store);
    failing.follow(RepositoryFixture::failManifests);
    try (var repository = open(failing, "dead")) {
      assertThatThrownBy(
              () -> RepositoryFixture.write(repository, RepositoryFixture.volume(60, random)))
          .isInstanceOf(IOException.class);
    }
    replaceProcess(store);
    Instant begun = store.clock().instant();
    try (var repository = open(store, "next")) {
      repository.collect(ALL, CollectionListener.NONE);
      assertThat(Duration.between(begun, store.clock().instant()))
          .isBetween(store.inFlightMax(), store.inFlightMax().multipliedBy(2));
      assertThat(RepositoryFixture.keys(store, "leases/")).isEmpty();
    }
  }

  /** Of a writer that stood still until its lease was broken; then it writes anew. */
  @ParameterizedTest
  @EnumSource
  void manifestThatWasWithdrawnMayComeOnceMore(ConditionalPuts conditionalPuts) throws IOException {
    store = new LaggingObjectStore(1, Duration.ZERO, 0, conditionalPuts);
    create();
    var stalled = new FaultyObjectStore(store);
    try (var repository = open(stalled, "stalled");
        var other = open(store, "other")) {
      var calls = new ArrayList<Operation>();
      stalled.follow(call -> {
        if (call.key().startsWith("snapshots/") && call.operation().mutates()) {
          calls.add(call.operation());
          if (calls.equals(List.of(Operation.PUT))) {
            store.pass(RepositoryFixture.TUNING.leaseLength().multipliedBy(2));
            collectNow(other);
          } else if (calls.equals(List.of(Operation.PUT, Operation.DELETE))) {
            store.repeat(call.key(), store.inFlightMax().minusSeconds(2));
          }
        }
        return Fate.PASS;
      });
      SparseVolume volume = RepositoryFixture.volume(30, random);
      UUID id = RepositoryFixture.write(repository, volume);
      store.pass(Duration.ofDays(1));
      other.collect(ALL, CollectionListener.NONE);
      assertThat(RepositoryFixture.restored(other, id).sameContent(volume)).isTrue();
      assertThat(other.verify(VerifyMode.FULL, ProgressListener.NONE).damage()).isEmpty();
      assertThat(calls)
          .containsExactly(Operation.PUT, Operation.DELETE, Operation.DELETE, Operation.PUT);
    }
  }

  private static void collectNow(Repository repository) {
    try {
      repository.collect(ALL, CollectionListener.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whoever has broken a lease and found no manifest counts on it, however late it is removed. */
  @Test
  void anotherCollectorsBreakingOfALeaseStays() throws IOException {
    var failing = new FaultyObjectStore(store);
    UUID id = UUID.randomUUID();
    SparseVolume volume = RepositoryFixture.volume(30, random);
    failing.follow(call ->
        call.key().equals("snapshots/" + id) && call.operation() == Operation.PUT
            ? Fate.KILL_AFTER
            : Fate.PASS);
    SnapshotRequest request = RepositoryFixture.request(id, null);
    try (var repository = open(failing, "dead")) {
      assertThatThrownBy(() -> repository.write(request, volume.whole(), ProgressListener.NONE))
          .isInstanceOf(IOException.class);
    }
    String lease = ObjectNames.last(RepositoryFixture.keys(store, "leases/").getFirst());
    store.put("broken/" + lease, ByteBuffer.allocate(0));
    store.pass(RepositoryFixture.TUNING.leaseLength().multipliedBy(2));
    try (var repository = open(store, "next")) {
      repository.collect(ALL, CollectionListener.NONE);
      repository.collect(ALL, CollectionListener.NONE);
      assertThat(RepositoryFixture.keys(store, "leases/")).isEmpty();
      assertThat(store.exists("broken/" + lease)).isTrue();
    }
    for (String pack : RepositoryFixture.keys(store, "packs/")) {
      store.delete(pack); // as the other may
    }
    try (var repository = open(store, "last")) {
      repository.write(request, volume.whole(), ProgressListener.NONE);
      assertThat(RepositoryFixture.restored(repository, id).sameContent(volume)).isTrue();
    }
  }

  /** The only lease there is becomes that of a dead process. */
  private static void replaceProcess(ObjectStore store) throws IOException {
    KeyRing keys = RepositoryFixture.keyRing(store);
    var objects = new SealedObjects(store, keys, RepositoryFixture.RANDOM);
    String key = RepositoryFixture.keys(store, "leases/").getFirst();
    byte[] data = ObjectNames.leaseData(ObjectNames.id(key));
    LeaseJson lease = Json.read(objects.read(ObjectKind.LEASE, key, data), LeaseJson.class, key);
    var dead =
        new LeaseJson(
            lease.writer(),
            lease.snapshot(),
            lease.domain(),
            lease.roots(),
            lease.createdAt(),
            lease.expiresAt(),
            deadMark());
    objects.write(ObjectKind.LEASE, key, keys.repositoryKey(), data, Json.write(dead));
  }

  /** Numbered objects that it sent may take the places of the next collector's. */
  @Test
  void whatADeadCollectorSentMayStillComeBeforeTheNextBegins() throws IOException {
    KeyRing keys = RepositoryFixture.keyRing(store);
    var id = ObjectId.random(RepositoryFixture.RANDOM);
    Instant begun = store.clock().instant();
    new SealedObjects(store, keys, RepositoryFixture.RANDOM)
        .write(
            ObjectKind.COLLECTOR,
            ObjectNames.collector(id),
            keys.repositoryKey(),
            ObjectNames.collectorData(id),
            Json.write(
                new CollectorJson("host", begun, begun.plus(CollectorClaim.LENGTH), deadMark())));
    try (var repository = open(store, "next")) {
      repository.collect(ALL, CollectionListener.NONE);
      assertThat(Duration.between(begun, store.clock().instant()))
          .isBetween(store.inFlightMax(), CollectorClaim.LENGTH);
    }
    assertThat(RepositoryFixture.keys(store, "collectors/")).isEmpty();
  }
}
