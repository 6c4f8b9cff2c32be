package atoll.repository;

import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.MemoryObjectStore;
import atoll.objectstore.ObjectStore;
import atoll.objectstore.Pauses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A small repository to try things on: chunks of 16 KiB, packs of 128 KiB, two workers. */
final class RepositoryFixture {
  static final int CHUNK = 16 << 10;
  static final UUID DOMAIN = new UUID(1, 1);
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final SecureRandom RANDOM = new SecureRandom();
  static final RepositoryKey KEY = RepositoryKey.generate(RANDOM);

  static final RepositoryTuning TUNING =
      new RepositoryTuning(2, 128 << 10, 2, 64 << 10, 3, 256 << 10, 40, Duration.ofHours(1));

  private RepositoryFixture() {}

  static MemoryObjectStore newStore() throws IOException {
    var store = new MemoryObjectStore();
    create(store);
    return store;
  }

  static void create(ObjectStore store) throws IOException {
    Repository.create(store, KEY, new RepositorySettings(CHUNK), RANDOM, InstantSource.fixed(NOW));
  }

  static Repository open(ObjectStore store, Path cache) throws IOException {
    return open(store, cache, InstantSource.fixed(NOW));
  }

  static Repository open(ObjectStore store, Path cache, InstantSource clock) throws IOException {
    return Repository.open(store, KEY, cache, TUNING, RANDOM, clock);
  }

  static Repository open(ObjectStore store, Path cache, InstantSource clock, Pauses pauses)
      throws IOException {
    return Repository.open(store, KEY, cache, TUNING, RANDOM, clock, pauses);
  }

  static SnapshotRequest request(UUID id, @Nullable UUID parent) {
    return new SnapshotRequest(id, DOMAIN, parent, NOW, Map.of());
  }

  /** Writes a whole volume under a new id. */
  static UUID write(Repository repository, SparseVolume volume) throws IOException {
    UUID id = UUID.randomUUID();
    repository.write(request(id, null), volume.whole(), ProgressListener.NONE);
    return id;
  }

  static SparseVolume restored(Repository repository, UUID id) throws IOException {
    var volume = new SparseVolume(repository.manifest(id).sizeBytes());
    repository.restore(id, volume, ProgressListener.NONE);
    return volume;
  }

  /** A volume of so many chunks with random, partly compressible content. */
  static SparseVolume volume(int chunks, RandomGenerator random) {
    var volume = new SparseVolume((long) chunks * CHUNK);
    for (int i = 0; i < chunks; i++) {
      volume.write((long) i * CHUNK, ByteBuffer.wrap(content(CHUNK, random)));
    }
    return volume;
  }

  static byte[] content(int length, RandomGenerator random) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    if (random.nextBoolean()) {
      for (int i = 0; i < length; i++) {
        bytes[i] &= 3;
      }
    }
    return bytes;
  }

  /** A plan by which no manifest is written or removed. */
  static FaultyObjectStore.Fate failManifests(FaultyObjectStore.Call call) {
    return call.key().startsWith("snapshots/") && call.operation().mutates()
        ? FaultyObjectStore.Fate.FAIL
        : FaultyObjectStore.Fate.PASS;
  }

  /** A record, and the key of the pack that it lies in. */
  record Located(String packKey, PackEntry entry) {}

  /** The records of all packs, in the order of keys and offsets. */
  static List<Located> entries(ObjectStore store) throws IOException {
    return entries(store, KEY);
  }

  /** As {@link #entries(ObjectStore)}, of a repository of another key. */
  static List<Located> entries(ObjectStore store, RepositoryKey key) throws IOException {
    KeyRing keyRing = keyRing(store, key);
    var entries = new ArrayList<Located>();
    for (String packKey : keys(store, "packs/")) {
      var pack = ObjectId.ofHex(ObjectNames.last(packKey));
      int sizeBytes = object(store, packKey).length;
      for (PackEntry entry : PackDirectory.read(store, keyRing, pack, sizeBytes).entries()) {
        entries.add(new Located(packKey, entry));
      }
    }
    return entries;
  }

  /** The keys of a repository. */
  static KeyRing keyRing(ObjectStore store) throws IOException {
    return keyRing(store, KEY);
  }

  private static KeyRing keyRing(ObjectStore store, RepositoryKey key) throws IOException {
    UUID id = RepositoryConfig.parse(object(store, "config")).id();
    byte[] master = RepositoryCreation.unwrapMasterKey(store, key, id);
    return new KeyRing(store, id, master, RANDOM);
  }

  static List<String> keys(ObjectStore store, String prefix) throws IOException {
    var keys = new ArrayList<String>();
    store.list(prefix, (key, _) -> keys.add(key));
    return keys.stream().sorted().toList();
  }

  static byte[] object(ObjectStore store, String key) throws IOException {
    ByteBuffer object = store.get(key, Integer.MAX_VALUE);
    var bytes = new byte[object.remaining()];
    object.get(bytes);
    return bytes;
  }
}
