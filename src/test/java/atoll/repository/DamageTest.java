package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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
      SparseVolume other = RepositoryFixture.volume(20, random);
      snapshots.put(RepositoryFixture.write(repository, other), other);
      repository.delete(UUID.randomUUID());
    }
    writeControlObjects();
  }

  /** Objects that only collectors write. */
  private void writeControlObjects() throws IOException {
    byte[] config = RepositoryFixture.object(pristine, "config");
    UUID id = RepositoryConfig.parse(config).id();
    byte[] master = RepositoryCreation.unwrapMasterKey(pristine, RepositoryFixture.KEY, id);
    var keys = new KeyRing(pristine, id, master, RepositoryFixture.RANDOM);
    var objects = new SealedObjects(pristine, keys, RepositoryFixture.RANDOM);
    objects.write(
        ObjectKind.CONDEMNED,
        ObjectNames.condemned(1),
        keys.repositoryKey(),
        ObjectNames.condemnedData(1),
        Json.write(new CondemnedJson(List.of(ObjectId.ZERO), RepositoryFixture.NOW)));
    objects.write(
        ObjectKind.RELOCATION,
        ObjectNames.relocation(1),
        keys.repositoryKey(),
        ObjectNames.relocationData(1),
        new byte[4]);
    var damaged = ObjectId.random(RepositoryFixture.RANDOM);
    objects.write(
        ObjectKind.DAMAGED,
        ObjectNames.damaged(damaged),
        keys.repositoryKey(),
        ObjectNames.damagedData(damaged),
        Json.write(new DamagedJson(List.of(), RepositoryFixture.NOW)));
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
    for (String key : RepositoryFixture.keys(pristine, "")) {
      for (byte[] damaged : damages(RepositoryFixture.object(pristine, key))) {
        MemoryObjectStore store = copy();
        if (damaged.length == 0) {
          store.delete(key);
        } else {
          store.put(key, ByteBuffer.wrap(damaged));
        }
        check(store, key + " damaged, trial " + trial++);
      }
    }
    assertThat(trial).isGreaterThan(100);
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

  private void check(MemoryObjectStore store, String what) throws IOException {
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
    try (repository) {
      repository.list();
      List<UUID> there = new ArrayList<>(snapshots.keySet());
      there.removeIf(id -> !exists(repository, id));
      VerifyReport report = repository.verify(there, VerifyMode.FULL, ProgressListener.NONE);
      for (UUID id : there) {
        boolean isNeeded =
            report.damage().stream()
                .flatMap(damage -> damage.needs().stream())
                .anyMatch(need -> need.snapshot().equals(id));
        checkSnapshot(repository, id, isNeeded, what + ": " + report.damage());
      }
      checkNextSnapshot(repository, what);
    }
  }

  private static boolean exists(Repository repository, UUID id) {
    try {
      return repository.exists(id);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void checkSnapshot(Repository repository, UUID id, boolean isDamaged, String what) {
    SparseVolume expected = snapshots.getOrDefault(id, new SparseVolume(0));
    try {
      SparseVolume restored = RepositoryFixture.restored(repository, id);
      assertThat(restored.sameContent(expected)).as(what).isTrue();
      assertThat(isDamaged).as("restored although " + what).isFalse();
    } catch (DamagedObjectException e) {
      assertThat(isDamaged).as("%s not restored: %s", e.getMessage(), what).isTrue();
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
          assertThat(report.damage()).isNotEmpty();
          assertThat(report.damage())
              .allSatisfy(damage -> assertThat(damage.objectKey()).isEqualTo(key));
        }
      }
    }
  }

  @Test
  void damagedManifestIsListedAsUnreadable() throws IOException {
    MemoryObjectStore store = copy();
    UUID id = snapshots.keySet().iterator().next();
    store.put(ObjectNames.snapshot(id), ByteBuffer.wrap(new byte[200]));
    try (var repository = RepositoryFixture.open(store, cache.resolve("other"))) {
      assertThat(repository.list().manifests()).hasSize(2);
      assertThat(repository.list().unreadable()).containsOnlyKeys(id);
      VerifyReport report = repository.verify(VerifyMode.QUICK, ProgressListener.NONE);
      assertThat(report.damage()).hasSize(1);
      assertThat(report.damage().getFirst().needs().getFirst().snapshot()).isEqualTo(id);
    }
  }
}
