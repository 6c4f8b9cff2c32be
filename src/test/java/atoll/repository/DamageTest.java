package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every object of a repository flipped, cut and removed in turn. Nothing may ever be read wrongly;
 * what does not need the damaged bytes must still be read; and a verification must say who does.
 */
final class DamageTest {
  @TempDir private Path cache;

  private final SplittableRandom random = new SplittableRandom(21);
  private final Map<UUID, SparseVolume> snapshots = new LinkedHashMap<>();
  private MemoryObjectStore pristine = new MemoryObjectStore();

  @BeforeEach
  void makeRepository() throws IOException {
    pristine = RepositoryFixture.newStore();
    try (var repository = RepositoryFixture.open(pristine, cache.resolve("first"))) {
      writeAndMove(repository);
      SparseVolume volume = RepositoryFixture.volume(30, random);
      volume.grow(300L * RepositoryFixture.CHUNK);
      volume.write(4_700_000, ByteBuffer.wrap(RepositoryFixture.content(50_000, random)));
      UUID first = RepositoryFixture.write(repository, volume);
      snapshots.put(first, volume.copy());
      volume.write(200_000, ByteBuffer.wrap(RepositoryFixture.content(100_000, random)));
      SparseVolume.Layer layer = volume.layer().mark(390, 590, Extent.Kind.DATA);
      UUID second = UUID.randomUUID();
      repository.write(RepositoryFixture.request(second, first), layer, ProgressListener.NONE);
      snapshots.put(second, volume);
      SparseVolume other = RepositoryFixture.volume(5, random);
      snapshots.put(RepositoryFixture.write(repository, other), other);
      repository.delete(RepositoryFixture.write(repository, RepositoryFixture.volume(5, random)));
      repository.delete(UUID.randomUUID());
    }
    writeControlObjects();
    assertThat(RepositoryFixture.keys(pristine, ""))
        .as("every kind of object")
        .extracting(key -> key.replaceFirst("/.*", ""))
        .contains("config", "keys", "domains", "domain-of", "packs", "snapshots", "deleted")
        .contains("leases", "commits", "collectors", "condemned", "relocations", "damaged")
        .contains("old-tombstones");
  }

  /** A snapshot of which the collector has moved what was left in sparse packs. */
  private void writeAndMove(Repository repository) throws IOException {
    SparseVolume volume = RepositoryFixture.volume(12, random);
    UUID first = RepositoryFixture.write(repository, volume);
    SparseVolume.Layer changed = volume.layer();
    int pages = RepositoryFixture.CHUNK / SparseVolume.PAGE_BYTES;
    for (long chunk = 0; chunk < 12; chunk++) {
      if (chunk % 3 > 0) {
        volume.zero(chunk * RepositoryFixture.CHUNK, RepositoryFixture.CHUNK);
        changed.mark(chunk * pages, (chunk + 1) * pages, Extent.Kind.ZERO);
      }
    }
    UUID second = UUID.randomUUID();
    repository.write(RepositoryFixture.request(second, first), changed, ProgressListener.NONE);
    repository.delete(first);
    var request = new CollectionRequest(Set.of(), false, false, Duration.ofMinutes(1));
    repository.collect(request, CollectionListener.NONE);
    snapshots.put(second, volume);
  }

  /** Objects of processes that died, and of an earlier verification. */
  private void writeControlObjects() throws IOException {
    KeyRing keys = RepositoryFixture.keyRing(pristine);
    var objects = new SealedObjects(pristine, keys, RepositoryFixture.RANDOM);
    ObjectId id = ObjectId.random(RepositoryFixture.RANDOM);
    Instant now = RepositoryFixture.NOW;
    var lease =
        new LeaseJson(
            id, UUID.randomUUID(), RepositoryFixture.DOMAIN, List.of(), now, now, "dead,1,1,1");
    objects.write(
        ObjectKind.LEASE,
        ObjectNames.lease(id),
        keys.repositoryKey(),
        ObjectNames.leaseData(id),
        Json.write(lease));
    objects.write(
        ObjectKind.COLLECTOR,
        ObjectNames.collector(id),
        keys.repositoryKey(),
        ObjectNames.collectorData(id),
        Json.write(new CollectorJson("process 1 of host dead", now, now, "dead,1,1,1")));
    objects.write(
        ObjectKind.DAMAGED,
        ObjectNames.damaged(id),
        keys.repositoryKey(),
        ObjectNames.damagedData(id),
        Json.write(new DamagedJson(List.of(), now)));
    ObjectId old = ObjectId.random(RepositoryFixture.RANDOM);
    objects.write(
        ObjectKind.OLD_TOMBSTONES,
        ObjectNames.oldTombstones(old),
        keys.repositoryKey(),
        ObjectNames.oldTombstonesData(old),
        Json.write(new OldTombstonesJson(List.of(UUID.randomUUID()), now)));
  }

  private MemoryObjectStore copy() throws IOException {
    var copy = new MemoryObjectStore();
    for (String key : RepositoryFixture.keys(pristine, "")) {
      copy.put(key, pristine.get(key, Integer.MAX_VALUE));
    }
    return copy;
  }

  @Test
  void nothingIsEverReadWronglyAndDamageIsNamed() throws IOException {
    int trial = 0;
    int rounds = Boolean.getBoolean("atoll.long") ? 20 : 1;
    for (int round = 0; round < rounds; round++) {
      for (String key : RepositoryFixture.keys(pristine, "")) {
        for (byte[] damaged : damages(RepositoryFixture.object(pristine, key))) {
          MemoryObjectStore store = copy();
          if (damaged.length == 0) {
            store.delete(key);
          } else {
            store.put(key, ByteBuffer.wrap(damaged));
          }
          check(store, key, damaged.length == 0, key + " damaged, trial " + trial++);
        }
      }
    }
    assertThat(trial).isGreaterThan(200);
  }

  /** What is whole is found whole: the dead, what was moved, and what others left behind. */
  @Test
  void nothingIsFoundWhereNothingIsDamaged() throws IOException {
    try (var repository = RepositoryFixture.open(copy(), cache.resolve("other"))) {
      VerifyReport report = repository.verify(VerifyMode.FULL, ProgressListener.NONE);
      assertThat(report.damage()).isEmpty();
      long chunks =
          RepositoryFixture.entries(pristine).stream()
              .filter(located -> located.entry().kind() == PackEntry.CHUNK)
              .count();
      assertThat(report.chunks()).isEqualTo(chunks); // each once, also those that nobody needs
    }
  }

  @Test
  void missingNumbersAreNamed() throws IOException {
    MemoryObjectStore store = copy();
    List<String> commits = RepositoryFixture.keys(store, "commits/");
    store.delete(commits.get(1));
    store.put("relocations/999999999999", ByteBuffer.allocate(100));
    try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
      assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage())
          .extracting(VerifyReport.Damage::objectKey)
          .containsExactly(commits.get(1), "relocations/000000000002", "relocations/999999999999");
    }
  }

  /** Flipped at its beginning, its end, and in between; cut; and nothing at all: removed. */
  private List<byte[]> damages(byte[] object) {
    var damages = new ArrayList<byte[]>();
    damages.add(new byte[0]);
    if (object.length == 0) {
      return damages;
    }
    for (int at : new int[] {0, object.length - 1, 40, 50, random.nextInt(object.length)}) {
      if (at < object.length) {
        byte[] flipped = object.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        damages.add(flipped);
      }
    }
    damages.add(Arrays.copyOf(object, random.nextInt(1, object.length)));
    damages.add(Arrays.copyOf(object, object.length + 1));
    return damages;
  }

  private void check(MemoryObjectStore store, String key, boolean isRemoved, String what)
      throws IOException {
    Repository repository;
    try {
      repository =
          Repository.open(
              store,
              RepositoryFixture.KEY,
              cache.resolve("other"),
              RepositoryFixture.TUNING,
              RepositoryFixture.RANDOM,
              InstantSource.fixed(RepositoryFixture.NOW));
    } catch (DamagedObjectException
        | NoRepositoryException
        | WrongKeyException
        | UnsupportedRepositoryException e) {
      assertThat(what).matches("(config|keys/).*");
      return;
    }
    Map<String, ByteBuffer> before = contents(store);
    try (repository) {
      repository.list();
      VerifyReport report = repository.verify(VerifyMode.FULL, ProgressListener.NONE);
      boolean isRead = checkSnapshots(repository, report, what);
      checkFound(key, isRemoved, report, isRead, what);
      Map<String, ByteBuffer> after = contents(store);
      after.keySet().removeIf(k -> k.startsWith("damaged/") && !before.containsKey(k));
      assertThat(after).as("nothing else changes: " + what).isEqualTo(before);
      checkNextSnapshot(repository, what);
    }
  }

  private static Map<String, ByteBuffer> contents(MemoryObjectStore store) throws IOException {
    var contents = new TreeMap<String, ByteBuffer>();
    for (String key : RepositoryFixture.keys(store, "")) {
      contents.put(key, ByteBuffer.wrap(RepositoryFixture.object(store, key)));
    }
    return contents;
  }

  /** Restores all that is not damaged, and only that; says whether it was all there is. */
  private boolean checkSnapshots(Repository repository, VerifyReport report, String what)
      throws IOException {
    boolean isAll = true;
    for (Map.Entry<UUID, SparseVolume> snapshot : snapshots.entrySet()) {
      UUID id = snapshot.getKey();
      Set<LostRange> needed = needed(report, id);
      isAll &= needed.isEmpty();
      boolean isDamaged = !needed.isEmpty();
      checkSnapshot(repository, id, isDamaged, what + ": " + report.damage());
      if (needed.stream().noneMatch(range -> range.lengthBytes() == Long.MAX_VALUE)) {
        assertThat(SalvageTest.salvaged(repository, id, snapshot.getValue()))
            .as(what)
            .containsExactlyInAnyOrderElementsOf(needed);
      }
    }
    return isAll;
  }

  /** What a verification says that a snapshot has lost. */
  private static Set<LostRange> needed(VerifyReport report, UUID id) {
    var needed = new HashSet<LostRange>();
    for (VerifyReport.Damage damage : report.damage()) {
      for (VerifyReport.Need need : damage.needs()) {
        if (need.snapshot().equals(id)) {
          needed.add(new LostRange(need.offsetBytes(), need.lengthBytes(), damage.problem()));
        }
      }
    }
    return needed;
  }

  /**
   * Every damage is found but two: of a key, as it is wrapped in JSON, a letter may change that
   * means the same; and of what is removed when its time is over nobody knows that it was there.
   */
  private static void checkFound(
      String key, boolean isRemoved, VerifyReport report, boolean isRead, String what) {
    boolean isFound = !report.damage().isEmpty();
    if (isRemoved) {
      boolean isManifest = key.startsWith(ObjectNames.SNAPSHOTS);
      assertThat(isFound || (isRead && !isManifest)).as(what).isTrue();
      return;
    }
    if (key.matches("(keys|domains)/.*")) {
      assertThat(isFound || isRead).as(what).isTrue();
      return;
    }
    assertThat(report.damage()).as(what).anyMatch(damage -> damage.objectKey().equals(key));
  }

  private void checkSnapshot(Repository repository, UUID id, boolean isDamaged, String what) {
    SparseVolume expected = snapshots.getOrDefault(id, new SparseVolume(0));
    try {
      SparseVolume restored = RepositoryFixture.restored(repository, id);
      assertThat(restored.sameContent(expected)).as(what).isTrue();
      assertThat(isDamaged).as("restored although " + what).isFalse();
    } catch (DamagedObjectException e) {
      assertThat(isDamaged).as("%s not restored: %s", e.getMessage(), what).isTrue();
    } catch (NoSuchSnapshotException e) {
      assertThat(what).startsWith(ObjectNames.snapshot(id));
      assertThat(isDamaged).as("missing and not told: " + what).isTrue();
    } catch (IOException e) {
      throw new AssertionError(what, e);
    }
  }

  /** A new snapshot is either refused with a name for the damage, or whole. */
  private void checkNextSnapshot(Repository repository, String what) throws IOException {
    SparseVolume volume = new SparseVolume(0);
    for (SparseVolume content : snapshots.values()) {
      volume = content;
    }
    UUID id;
    try {
      id = RepositoryFixture.write(repository, volume);
    } catch (DamagedObjectException e) {
      throw new AssertionError(what, e);
    }
    assertThat(RepositoryFixture.restored(repository, id).sameContent(volume)).as(what).isTrue();
  }

  @Test
  void onlyTheDamagedChunkCannotBeRead() throws IOException {
    MemoryObjectStore store = copy();
    UUID first = snapshots.keySet().iterator().next();
    SparseVolume expected = snapshots.getOrDefault(first, new SparseVolume(0));
    String pack = "";
    for (String key : RepositoryFixture.keys(pristine, "packs/")) {
      byte[] bytes = RepositoryFixture.object(pristine, key);
      byte[] flipped = bytes.clone();
      flipped[60] ^= 1;
      store.put(key, ByteBuffer.wrap(flipped));
      try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
        VerifyReport report =
            repository.verify(List.of(first), VerifyMode.FULL, ProgressListener.NONE);
        List<VerifyReport.Need> needs =
            report.damage().stream().flatMap(damage -> damage.needs().stream()).toList();
        if (needs.size() == 1 && needs.getFirst().lengthBytes() == RepositoryFixture.CHUNK) {
          pack = key;
          checkAllBut(repository, first, expected, needs.getFirst());
        }
      }
      store.put(key, ByteBuffer.wrap(bytes));
    }
    assertThat(pack).isNotEmpty();
  }

  private static void checkAllBut(
      Repository repository, UUID id, SparseVolume expected, VerifyReport.Need need)
      throws IOException {
    try (SnapshotImage image = repository.open(id)) {
      int chunk = RepositoryFixture.CHUNK;
      for (long at = 0; at < expected.sizeBytes(); at += chunk) {
        var bytes = ByteBuffer.allocate(chunk);
        try {
          image.read(at, bytes);
          assertThat(bytes.array()).isEqualTo(expected.bytes(at, chunk));
          assertThat(at).isNotEqualTo(need.offsetBytes());
        } catch (DamagedObjectException e) {
          assertThat(at).as(e.getMessage()).isEqualTo(need.offsetBytes());
        }
      }
    }
  }

  @Test
  void quickVerificationFindsMissingAndCutPacks() throws IOException {
    for (String key : RepositoryFixture.keys(pristine, "packs/")) {
      byte[] bytes = RepositoryFixture.object(pristine, key);
      for (int length : new int[] {0, bytes.length / 2}) {
        MemoryObjectStore store = copy();
        store.delete(key);
        if (length > 0) {
          store.put(key, ByteBuffer.wrap(bytes, 0, length));
        }
        try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
          VerifyReport report = repository.verify(VerifyMode.QUICK, ProgressListener.NONE);
          assertThat(report.damage().isEmpty()).isEqualTo(isAllRead(repository));
          assertThat(report.damage())
              .allSatisfy(damage -> assertThat(damage.objectKey()).isEqualTo(key));
        }
      }
    }
  }

  private boolean isAllRead(Repository repository) throws IOException {
    boolean isAll = true;
    for (Map.Entry<UUID, SparseVolume> snapshot : snapshots.entrySet()) {
      isAll &= SalvageTest.salvaged(repository, snapshot.getKey(), snapshot.getValue()).isEmpty();
    }
    return isAll;
  }

  @Test
  void damagedManifestIsListedAsUnreadable() throws IOException {
    MemoryObjectStore store = copy();
    UUID id = snapshots.keySet().iterator().next();
    store.put(ObjectNames.snapshot(id), ByteBuffer.wrap(new byte[200]));
    try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
      assertThat(repository.list().manifests()).hasSize(3);
      assertThat(repository.list().unreadable()).containsOnlyKeys(id);
      VerifyReport report = repository.verify(VerifyMode.QUICK, ProgressListener.NONE);
      assertThat(report.damage()).hasSize(1);
      assertThat(report.damage().getFirst().needs().getFirst().snapshot()).isEqualTo(id);
    }
  }
}
