package atoll.repository;

import static atoll.format.ImageExam.allow;

import atoll.format.ImageExam;
import atoll.fuzz.FuzzTarget;
import atoll.objectstore.MemoryObjectStore;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A repository of which one object is anything: sealed with the right key around the input, or the
 * input itself. The first byte says which. Then it is opened, listed, read, compared, restored and
 * verified.
 */
public final class ObjectFuzz implements FuzzTarget {
  private static final UUID ORDINARY = new UUID(0, 1);
  private static final UUID CRAFTED = new UUID(0, 2);
  private static final ObjectId PACK = new ObjectId(7, 7);
  private static final Digest CHUNK_DIGEST = new Digest(1, 1, 1, 1);
  private static final Digest LEAF_DIGEST = new Digest(2, 2, 2, 2);
  private static final Digest ROOT_DIGEST = new Digest(3, 3, 3, 3);
  private static final byte[] CHUNK_FRAME = Zstd.compress(new byte[RepositoryFixture.CHUNK]);

  /** What is anything, in the order of the first byte. */
  private enum Fuzzed {
    MANIFEST,
    CONDEMNED,
    RELOCATION,
    DAMAGED,
    LEAF,
    ROOT,
    CHUNK,
    CONFIG_OBJECT,
    WRAPPER_OBJECT,
    DOMAIN_KEY_OBJECT,
    MANIFEST_OBJECT,
    PACK_OBJECT
  }

  private final Path folder;
  private final Map<String, byte[]> pristine = new HashMap<>();
  private final byte[] masterKey;
  private final UUID repositoryId;
  private final String wrapper;
  private final String domainKey;

  /** Makes a repository in memory; an index may come into {@code folder}. */
  public ObjectFuzz(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    MemoryObjectStore store = RepositoryFixture.newStore();
    try (var repository = RepositoryFixture.open(store, folder)) {
      SparseVolume volume = RepositoryFixture.volume(3, new SplittableRandom(1));
      volume.grow(300L * RepositoryFixture.CHUNK);
      repository.write(
          RepositoryFixture.request(ORDINARY, null), volume.whole(), ProgressListener.NONE);
      repositoryId = repository.id();
    }
    masterKey = RepositoryCreation.unwrapMasterKey(store, RepositoryFixture.KEY, repositoryId);
    for (String key : RepositoryFixture.keys(store, "")) {
      pristine.put(key, RepositoryFixture.object(store, key));
    }
    wrapper = only(store, ObjectNames.KEYS);
    domainKey = only(store, ObjectNames.DOMAINS);
  }

  private static String only(MemoryObjectStore store, String prefix) throws IOException {
    return RepositoryFixture.keys(store, prefix).getFirst();
  }

  @Override
  public List<byte[]> seeds() {
    Reference chunk =
        reference(CHUNK_DIGEST, ObjectHeader.BYTES, CHUNK_FRAME.length, Encoding.ZSTD);
    var leaf = new @Nullable Reference[Node.FAN_OUT];
    leaf[0] = chunk;
    leaf[7] = chunk;
    byte[] leafBytes = Node.encode(0, leaf);
    var root = new @Nullable Reference[Node.FAN_OUT];
    root[0] = reference(LEAF_DIGEST, chunk.place().endBytes(), leafBytes.length, Encoding.PLAIN);
    return List.of(
        seed(
            Fuzzed.MANIFEST, Json.write(ManifestJson.of(RecordFuzz.snapshot(CRAFTED, 100, chunk)))),
        seed(Fuzzed.MANIFEST, Json.write(ManifestJson.of(RecordFuzz.snapshot(CRAFTED, 100, null)))),
        seed(Fuzzed.CONDEMNED, Json.write(new CondemnedJson(List.of(PACK), RepositoryFixture.NOW))),
        seed(Fuzzed.RELOCATION, relocation()),
        seed(Fuzzed.DAMAGED, damaged()),
        seed(Fuzzed.LEAF, leafBytes),
        seed(Fuzzed.ROOT, Node.encode(1, root)),
        seed(Fuzzed.CHUNK, CHUNK_FRAME),
        seed(Fuzzed.CONFIG_OBJECT, pristine.get(ObjectNames.CONFIG)),
        seed(Fuzzed.WRAPPER_OBJECT, pristine.get(wrapper)),
        seed(Fuzzed.DOMAIN_KEY_OBJECT, pristine.get(domainKey)),
        seed(Fuzzed.MANIFEST_OBJECT, pristine.get(ObjectNames.snapshot(ORDINARY))));
  }

  private static byte[] seed(Fuzzed fuzzed, byte @Nullable [] body) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(List.of(Fuzzed.values()).indexOf(fuzzed));
    bytes.writeBytes(body == null ? new byte[0] : body);
    return bytes.toByteArray();
  }

  private static Reference reference(Digest digest, long offset, int plainBytes, int encoding) {
    return new Reference(
        digest,
        new Place(PACK, ObjectId.ZERO, offset, plainBytes + RecordCipher.TAG_BYTES, encoding));
  }

  private static byte[] manifestOf(Reference root) {
    return Json.write(ManifestJson.of(RecordFuzz.snapshot(CRAFTED, 100, root)));
  }

  /** The crafted snapshot's root was moved, to where nothing is. */
  private static byte[] relocation() {
    var map = ByteBuffer.allocate(64).putInt(1);
    PACK.writeTo(map);
    map.putInt(ObjectHeader.BYTES).putInt(0);
    new ObjectId(8, 8).writeTo(map);
    ObjectId.ZERO.writeTo(map);
    return map.putInt(ObjectHeader.BYTES).array();
  }

  private static byte[] damaged() {
    return Json.write(
        new DamagedJson(
            List.of(new DamagedJson.Chunk(CHUNK_DIGEST, PACK, 48)), RepositoryFixture.NOW));
  }

  @Override
  public void feed(byte[] input) throws IOException {
    Fuzzed[] all = Fuzzed.values();
    if (input.length == 0 || input[0] < 0 || input[0] >= all.length) {
      return;
    }
    var store = new MemoryObjectStore();
    pristine.forEach((key, object) -> store.put(key, ByteBuffer.wrap(object)));
    var keys = new KeyRing(store, repositoryId, masterKey, RepositoryFixture.RANDOM);
    var objects = new SealedObjects(store, keys, RepositoryFixture.RANDOM);
    put(all[input[0]], Arrays.copyOfRange(input, 1, input.length), store, objects, keys);
    allow(() -> use(store));
    if (all[input[0]] == Fuzzed.CONDEMNED || all[input[0]] == Fuzzed.DAMAGED) {
      allow(() -> new PackList(store, objects).refresh());
    }
  }

  private void put(
      Fuzzed fuzzed, byte[] body, MemoryObjectStore store, SealedObjects objects, KeyRing keys)
      throws IOException {
    DataKey key = keys.repositoryKey();
    putPack(store, keys, fuzzed, body);
    switch (fuzzed) {
      case MANIFEST ->
          objects.write(
              ObjectKind.MANIFEST,
              ObjectNames.snapshot(CRAFTED),
              key,
              ObjectNames.snapshotData(CRAFTED),
              body);
      case CONDEMNED ->
          objects.write(
              ObjectKind.CONDEMNED,
              ObjectNames.condemned(1),
              key,
              ObjectNames.condemnedData(1),
              body);
      case RELOCATION -> {
        store.delete(ObjectNames.pack(PACK));
        Reference root = reference(ROOT_DIGEST, ObjectHeader.BYTES, 100, Encoding.PLAIN);
        objects.write(
            ObjectKind.MANIFEST,
            ObjectNames.snapshot(CRAFTED),
            key,
            ObjectNames.snapshotData(CRAFTED),
            manifestOf(root));
        objects.write(
            ObjectKind.RELOCATION,
            ObjectNames.relocation(1),
            key,
            ObjectNames.relocationData(1),
            body);
      }
      case DAMAGED ->
          objects.write(
              ObjectKind.DAMAGED,
              ObjectNames.damaged(PACK),
              key,
              ObjectNames.damagedData(PACK),
              body);
      case LEAF, ROOT, CHUNK -> {}
      case CONFIG_OBJECT -> store.put(ObjectNames.CONFIG, ByteBuffer.wrap(body));
      case WRAPPER_OBJECT -> store.put(wrapper, ByteBuffer.wrap(body));
      case DOMAIN_KEY_OBJECT -> store.put(domainKey, ByteBuffer.wrap(body));
      case MANIFEST_OBJECT -> store.put(ObjectNames.snapshot(ORDINARY), ByteBuffer.wrap(body));
      case PACK_OBJECT -> store.put(ObjectNames.pack(PACK), ByteBuffer.wrap(body));
    }
  }

  /** A pack of a chunk, a leaf and a root above it, and a snapshot of that. */
  private static void putPack(MemoryObjectStore store, KeyRing keys, Fuzzed fuzzed, byte[] body)
      throws IOException {
    var pack =
        new PackBuilder(PACK, keys.repositoryKey(), 1 << 20, new RecordCipher(), new byte[0]);
    byte[] frame = fuzzed == Fuzzed.CHUNK ? body : CHUNK_FRAME;
    if (frame.length == 0) {
      return;
    }
    Place chunk = pack.addChunk(CHUNK_DIGEST, CHUNK_DIGEST, Encoding.ZSTD, frame, 0, frame.length);
    byte[] leaf = fuzzed == Fuzzed.LEAF ? body : node(0, new Reference(CHUNK_DIGEST, chunk));
    if (leaf.length == 0) {
      return;
    }
    Place leafPlace = pack.addNode(0, LEAF_DIGEST, Encoding.PLAIN, leaf, leaf.length);
    byte[] root = fuzzed == Fuzzed.ROOT ? body : node(1, new Reference(LEAF_DIGEST, leafPlace));
    if (root.length == 0) {
      return;
    }
    Place rootPlace = pack.addNode(1, ROOT_DIGEST, Encoding.PLAIN, root, root.length);
    store.put(ObjectNames.pack(PACK), pack.finish());
    new Manifests(
            store,
            new SealedObjects(store, keys, RepositoryFixture.RANDOM),
            keys,
            RepositoryFixture.CHUNK)
        .write(RecordFuzz.snapshot(CRAFTED, 300, new Reference(ROOT_DIGEST, rootPlace)));
  }

  private static byte[] node(int level, Reference child) {
    var children = new @Nullable Reference[Node.FAN_OUT];
    children[0] = child;
    children[1] = child;
    return Node.encode(level, children);
  }

  private void use(MemoryObjectStore store) throws IOException {
    try (var repository = RepositoryFixture.open(store, folder)) {
      allow(repository::list);
      for (UUID id : List.of(ORDINARY, CRAFTED)) {
        allow(() -> {
          try (var image = repository.open(id)) {
            ImageExam.examine(image);
          }
        });
      }
      allow(() -> repository.diff(ORDINARY, CRAFTED, difference -> {}));
      allow(() -> repository.restore(CRAFTED, (offset, content) -> {}, ProgressListener.NONE));
      allow(() -> repository.verify(VerifyMode.FULL, ProgressListener.NONE));
    }
  }

  @Override
  public void close() throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
