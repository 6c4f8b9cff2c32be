package atoll.repository;

import static atoll.repository.RepositoryFixture.CHUNK;
import static atoll.repository.RepositoryFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import atoll.format.Extent;
import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.FaultyObjectStore.Fate;
import atoll.objectstore.FaultyObjectStore.Operation;
import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of writing, seen from the store, and what a collector may do meanwhile. */
final class WriteProtocolTest {
  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(5);
  private final AtomicReference<Instant> time = new AtomicReference<>(NOW);
  private MemoryObjectStore memory = new MemoryObjectStore();
  private FaultyObjectStore store = new FaultyObjectStore(memory);
  private Repository repository;

  @BeforeEach
  void open() throws IOException {
    memory = RepositoryFixture.newStore();
    store = new FaultyObjectStore(memory);
    repository = RepositoryFixture.open(store, cache, time::get);
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  @Test
  void objectsAreWrittenInTheirOrder() throws IOException {
    UUID parent = RepositoryFixture.write(repository, RepositoryFixture.volume(30, random));
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    store.follow(call -> {
      if (call.operation().mutates()) {
        seen.add(call.operation() + " " + call.key().replaceAll("/.*", ""));
      }
      return Fate.PASS;
    });
    SparseVolume volume = RepositoryFixture.volume(60, random);
    SparseVolume.Layer layer =
        volume.layer().mark(0, 60L * CHUNK / SparseVolume.PAGE_BYTES, Extent.Kind.DATA);
    repository.write(
        RepositoryFixture.request(UUID.randomUUID(), parent), layer, ProgressListener.NONE);
    int packs = seen.size() - 4;
    assertThat(packs).isGreaterThan(2);
    var expected = new ArrayList<>(List.of("PUT leases"));
    expected.addAll(Collections.nCopies(packs, "PUT packs"));
    expected.addAll(List.of("PUT snapshots", "PUT commits", "DELETE leases"));
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void leaseNamesTheRootsOfTheParent() throws IOException {
    UUID parent = RepositoryFixture.write(repository, RepositoryFixture.volume(300, random));
    var leases = new ArrayList<LeaseJson>();
    var request = RepositoryFixture.request(UUID.randomUUID(), parent);
    store.follow(call -> {
      if (call.operation() == Operation.PUT && call.key().startsWith("snapshots/")) {
        leases.addAll(readLeases());
      }
      return Fate.PASS;
    });
    SparseVolume volume = RepositoryFixture.volume(300, random);
    repository.write(request, volume.layer(), ProgressListener.NONE);
    assertThat(leases).hasSize(1);
    LeaseJson lease = leases.getFirst();
    assertThat(lease.snapshot()).isEqualTo(request.id());
    assertThat(lease.domain()).isEqualTo(RepositoryFixture.DOMAIN);
    assertThat(lease.expiresAt()).isEqualTo(NOW.plus(RepositoryFixture.TUNING.leaseLength()));
    LeaseJson.Root root = lease.roots().getFirst();
    assertThat(root.depth()).isEqualTo(2);
    PointerTable table = stored(parent).table();
    assertThat(root.root().reference()).isEqualTo(table.root());
    assertThat(stored(request.id()).table().root()).isEqualTo(table.root());
  }

  @Test
  void leaseOfALongWritingIsRenewed() throws IOException {
    var writes = new AtomicInteger();
    store.follow(call -> {
      if (call.operation() == Operation.PUT && call.key().startsWith("leases/")) {
        writes.incrementAndGet();
      }
      return Fate.PASS;
    });
    SparseVolume volume = RepositoryFixture.volume(80, random);
    SparseVolume.Layer slow =
        volume.whole().onRead(_ -> time.updateAndGet(t -> t.plus(Duration.ofMinutes(25))));
    repository.write(
        RepositoryFixture.request(UUID.randomUUID(), null), slow, ProgressListener.NONE);
    // Once at the beginning, then again and again; how often depends on how far reading runs ahead.
    assertThat(writes.get()).isGreaterThan(2);
    assertThat(RepositoryFixture.keys(memory, "leases/")).isEmpty();
  }

  @Test
  void brokenLeaseMakesWritingBeginAnew() throws IOException {
    var broken = new AtomicInteger();
    store.follow(call -> {
      if (isManifestPut(call) && broken.getAndIncrement() == 0) {
        breakAllLeases();
      }
      return Fate.PASS;
    });
    SparseVolume volume = RepositoryFixture.volume(20, random);
    UUID id = RepositoryFixture.write(repository, volume);
    assertThat(broken.get()).isEqualTo(2);
    assertThat(store.exists("broken/" + stored(id).lease())).isFalse();
    assertThat(RepositoryFixture.restored(repository, id).sameContent(volume)).isTrue();
    assertThat(RepositoryFixture.keys(memory, "leases/")).isEmpty();
  }

  @Test
  void leaseThatIsAlwaysBrokenFailsAndLeavesNoManifest() throws IOException {
    store.follow(call -> {
      if (isManifestPut(call)) {
        breakAllLeases();
      }
      return Fate.PASS;
    });
    SparseVolume volume = RepositoryFixture.volume(2, random);
    assertThatThrownBy(() -> RepositoryFixture.write(repository, volume))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("broken");
    assertThat(RepositoryFixture.keys(memory, "snapshots/")).isEmpty();
  }

  @Test
  void manifestThatCameAfterItsLeaseWasBrokenIsWrittenAnew() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(20, random);
    var request = RepositoryFixture.request(UUID.randomUUID(), null);
    store.follow(call -> {
      if (isManifestPut(call)) {
        breakAllLeases();
        return Fate.LOSE_ANSWER;
      }
      return Fate.PASS;
    });
    assertThatThrownBy(() -> repository.write(request, volume.whole(), ProgressListener.NONE))
        .hasMessageContaining("LOSE_ANSWER");
    store.follow(_ -> Fate.PASS);
    ObjectId first = stored(request.id()).lease();
    List<ObjectId> condemned = condemnAllPacks(1);
    repository.write(request, volume.whole(), ProgressListener.NONE);
    assertThat(stored(request.id()).lease()).isNotEqualTo(first);
    for (ObjectId pack : condemned) {
      memory.delete(ObjectNames.pack(pack));
    }
    assertThat(RepositoryFixture.restored(repository, request.id()).sameContent(volume)).isTrue();
  }

  @Test
  void lostAnswerOfTheManifestLeavesTheLeaseForTheCollector() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(5, random);
    var request = RepositoryFixture.request(UUID.randomUUID(), null);
    store.follow(call -> isManifestPut(call) ? Fate.LOSE_ANSWER : Fate.PASS);
    assertThatThrownBy(() -> repository.write(request, volume.whole(), ProgressListener.NONE))
        .isInstanceOf(IOException.class);
    assertThat(RepositoryFixture.keys(memory, "leases/")).hasSize(1);
    assertThat(RepositoryFixture.keys(memory, "commits/")).isEmpty();
    store.follow(_ -> Fate.PASS);
    repository.write(request, volume.whole(), ProgressListener.NONE);
    assertThat(RepositoryFixture.keys(memory, "leases/")).isEmpty();
    assertThat(RepositoryFixture.keys(memory, "commits/")).hasSize(1);
  }

  @Test
  void failureBeforeTheManifestRemovesTheLease() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(5, random);
    store.follow(call -> call.key().startsWith("packs/") ? Fate.FAIL : Fate.PASS);
    assertThatThrownBy(() -> RepositoryFixture.write(repository, volume))
        .hasStackTraceContaining("fault: FAIL");
    assertThat(RepositoryFixture.keys(memory, "leases/")).isEmpty();
  }

  @Test
  void snapshotDeletedWhileItIsWrittenStaysDeleted() throws IOException {
    var request = RepositoryFixture.request(UUID.randomUUID(), null);
    store.follow(call -> {
      if (isManifestPut(call)) {
        memory.put("deleted/" + request.id(), ByteBuffer.allocate(0));
      }
      return Fate.PASS;
    });
    SparseVolume volume = RepositoryFixture.volume(5, random);
    assertThatThrownBy(() -> repository.write(request, volume.whole(), ProgressListener.NONE))
        .isInstanceOf(SnapshotDeletedException.class);
    assertThat(RepositoryFixture.keys(memory, "snapshots/")).isEmpty();
    assertThat(RepositoryFixture.keys(memory, "leases/")).isEmpty();
  }

  @Test
  void parentWhoseLeaseACollectorJustBreaksIsAParentIfItWasCommitted() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(5, random);
    UUID parent = RepositoryFixture.write(repository, volume);
    memory.put("broken/" + stored(parent).lease(), ByteBuffer.allocate(0));
    var request = RepositoryFixture.request(UUID.randomUUID(), parent);
    repository.write(request, volume.layer(), ProgressListener.NONE);
    assertThat(RepositoryFixture.restored(repository, request.id()).sameContent(volume)).isTrue();

    for (String key : RepositoryFixture.keys(memory, "commits/")) {
      memory.delete(key);
    }
    var other = RepositoryFixture.request(UUID.randomUUID(), parent);
    assertThatThrownBy(() -> repository.write(other, volume.layer(), ProgressListener.NONE))
        .isInstanceOf(NoSuchSnapshotException.class);
  }

  @Test
  void parentDeletedBeforeTheLeaseWasThereIsNoParent() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(5, random);
    UUID parent = RepositoryFixture.write(repository, volume);
    store.follow(call -> {
      if (call.operation() == Operation.PUT && call.key().startsWith("leases/")) {
        memory.delete("snapshots/" + parent);
      }
      return Fate.PASS;
    });
    var request = RepositoryFixture.request(UUID.randomUUID(), parent);
    assertThatThrownBy(() -> repository.write(request, volume.layer(), ProgressListener.NONE))
        .isInstanceOf(NoSuchSnapshotException.class);
    assertThat(RepositoryFixture.keys(memory, "leases/")).isEmpty();
  }

  @Test
  void condemnedPacksGetNoNewReferences() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(20, random);
    UUID first = RepositoryFixture.write(repository, volume);
    List<ObjectId> condemned = condemnAllPacks(1);
    repository.delete(first);
    UUID second = RepositoryFixture.write(repository, volume);
    for (ObjectId pack : condemned) {
      memory.delete(ObjectNames.pack(pack));
    }
    assertThat(RepositoryFixture.restored(repository, second).sameContent(volume)).isTrue();
  }

  @Test
  void gapInTheCondemnedRecordsMakesTheListingNew() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(20, random);
    RepositoryFixture.write(repository, volume);
    for (String pack : RepositoryFixture.keys(memory, "packs/")) {
      memory.delete(pack); // condemned by a record that is gone as well
    }
    condemn(7, List.of());
    UUID second = RepositoryFixture.write(repository, volume);
    assertThat(RepositoryFixture.restored(repository, second).sameContent(volume)).isTrue();
  }

  @Test
  void unreadableCondemnedRecordMakesEverythingNew() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(20, random);
    UUID first = RepositoryFixture.write(repository, volume);
    long stored = repository.manifest(first).bytesStored();
    memory.put(ObjectNames.condemned(1), ByteBuffer.allocate(100));
    UUID second = RepositoryFixture.write(repository, volume);
    // The order of the chunks in a pack is that of the threads, and offsets take a byte more or
    // less.
    assertThat(repository.manifest(second).bytesStored()).isCloseTo(stored, within(100L));
  }

  @Test
  void damagedChunksAreStoredAnewEvenIfTheParentHasThem() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(20, random);
    UUID first = RepositoryFixture.write(repository, volume);
    Reference root = Objects.requireNonNull(stored(first).table().root());
    for (String pack : RepositoryFixture.keys(memory, "packs/")) {
      byte[] bytes = RepositoryFixture.object(memory, pack);
      bytes[60] ^= 1; // in the pack's first record, a chunk
      if (!pack.endsWith(root.place().pack().toString())) {
        memory.put(pack, ByteBuffer.wrap(bytes));
      }
    }
    VerifyReport report = repository.verify(VerifyMode.FULL, ProgressListener.NONE);
    int damaged = report.damage().size();
    assertThat(damaged).isPositive();
    assertThat(RepositoryFixture.keys(memory, "damaged/")).hasSize(1);
    assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage()).hasSize(damaged);
    assertThat(RepositoryFixture.keys(memory, "damaged/")).as("is known").hasSize(1);

    SparseVolume.Layer layer =
        volume.layer().mark(0, 20L * CHUNK / SparseVolume.PAGE_BYTES, Extent.Kind.DATA);
    UUID second = UUID.randomUUID();
    repository.write(RepositoryFixture.request(second, first), layer, ProgressListener.NONE);
    assertThat(RepositoryFixture.restored(repository, second).sameContent(volume)).isTrue();
    UUID third = RepositoryFixture.write(repository, volume);
    assertThat(repository.manifest(third).bytesStored()).isLessThan(10_000);
    assertThat(RepositoryFixture.restored(repository, third).sameContent(volume)).isTrue();
  }

  @Test
  void commitNumbersHaveNoGaps() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(1, random);
    RepositoryFixture.write(repository, volume);
    RepositoryFixture.write(repository, volume);
    store.follow(call -> call.key().startsWith("commits/") ? Fate.FAIL : Fate.PASS);
    assertThatThrownBy(() -> RepositoryFixture.write(repository, volume))
        .hasMessageContaining("FAIL");
    store.follow(_ -> Fate.PASS);
    RepositoryFixture.write(repository, volume);
    RepositoryFixture.write(repository, volume);
    List<String> commits = RepositoryFixture.keys(memory, "commits/");
    assertThat(commits).hasSize(4);
    assertThat(commits.stream().map(ObjectNames::last).sorted())
        .containsExactly("000000000001", "000000000001", "000000000002", "000000000002");
    assertThat(commits.stream().map(key -> key.replaceAll("/\\d*$", "")).distinct()).hasSize(2);
  }

  @Test
  void snapshotsOfAnUnknownKindAreNamedAndPassedOver() throws IOException {
    UUID known = RepositoryFixture.write(repository, RepositoryFixture.volume(1, random));
    UUID id = UUID.randomUUID();
    String json =
        new String(Json.write(ManifestJson.of(stored(known))), StandardCharsets.UTF_8)
            .replace(known.toString(), id.toString())
            .replace("\"volume\"", "\"stream\"");
    objects()
        .write(
            ObjectKind.MANIFEST,
            ObjectNames.snapshot(id),
            keys().forWriting(RepositoryFixture.DOMAIN),
            ObjectNames.snapshotData(id),
            json.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> repository.manifest(id))
        .isInstanceOf(UnsupportedRepositoryException.class)
        .hasMessageContaining("stream");
    assertThat(repository.list().manifests()).hasSize(1);
    assertThat(repository.list().unreadable()).containsOnlyKeys(id);
    assertThat(repository.verify(VerifyMode.QUICK, ProgressListener.NONE).snapshots()).isOne();
  }

  private static boolean isManifestPut(FaultyObjectStore.Call call) {
    return call.operation() == Operation.PUT && call.key().startsWith("snapshots/");
  }

  private StoredSnapshot stored(UUID id) throws IOException {
    return new Manifests(memory, objects(), keys(), CHUNK).read(id);
  }

  private KeyRing keys() throws IOException {
    byte[] master =
        RepositoryCreation.unwrapMasterKey(memory, RepositoryFixture.KEY, repository.id());
    return new KeyRing(memory, repository.id(), master, RepositoryFixture.RANDOM);
  }

  private SealedObjects objects() throws IOException {
    return new SealedObjects(memory, keys(), RepositoryFixture.RANDOM);
  }

  private List<LeaseJson> readLeases() {
    var leases = new ArrayList<LeaseJson>();
    try {
      for (String key : RepositoryFixture.keys(memory, "leases/")) {
        byte[] data = ObjectNames.leaseData(ObjectNames.id(key));
        leases.add(Json.read(objects().read(ObjectKind.LEASE, key, data), LeaseJson.class, key));
      }
      return leases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void breakAllLeases() {
    try {
      for (String lease : RepositoryFixture.keys(memory, "leases/")) {
        memory.put("broken/" + ObjectNames.last(lease), ByteBuffer.allocate(0));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<ObjectId> condemnAllPacks(long number) throws IOException {
    List<ObjectId> packs =
        RepositoryFixture.keys(memory, "packs/").stream()
            .map(key -> ObjectId.ofHex(ObjectNames.last(key)))
            .toList();
    condemn(number, packs);
    return packs;
  }

  private void condemn(long number, List<ObjectId> packs) throws IOException {
    objects()
        .write(
            ObjectKind.CONDEMNED,
            ObjectNames.condemned(number),
            keys().repositoryKey(),
            ObjectNames.condemnedData(number),
            Json.write(new CondemnedJson(packs, NOW)));
  }
}
