package atoll.repository;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * The decoders of what is sealed in a repository, without the seal: it keeps strangers out, not
 * mistakes of another writer, or of ours. The first byte of an input says which decoder.
 */
public final class RecordFuzz implements FuzzTarget {
  private static final UUID SNAPSHOT = new UUID(0, 1);
  private static final ObjectId PACK = new ObjectId(7, 7);
  private static final int FRAME_MAX = 1 << 16;

  private final ReadBuffers buffers = new ReadBuffers();

  /** What one can be told to decode, in the order of the first byte. */
  private enum Decoder {
    NODE,
    DIRECTORY,
    RELOCATIONS,
    MANIFEST,
    CONTROL,
    CONFIG,
    HEADER,
    KEY_WRAP,
    FRAME,
    WRAPPER
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        seed(Decoder.NODE, new byte[] {0}, node(0)),
        seed(Decoder.NODE, new byte[] {1}, node(1)),
        seed(Decoder.DIRECTORY, directory()),
        seed(Decoder.RELOCATIONS, ByteBuffer.allocate(64).putInt(1).putInt(20, 48).array()),
        seed(Decoder.MANIFEST, manifest()),
        seed(Decoder.CONTROL, Json.write(new CondemnedJson(List.of(PACK), RepositoryFixture.NOW))),
        seed(Decoder.CONTROL, Json.write(damaged())),
        seed(Decoder.CONTROL, Json.write(lease())),
        seed(Decoder.CONTROL, Json.write(new CommitJson(SNAPSHOT, RepositoryFixture.NOW))),
        seed(Decoder.CONFIG, config()),
        seed(Decoder.HEADER, header()),
        seed(
            Decoder.KEY_WRAP,
            Json.write(KeyWrap.seal(PACK.bytes(), PACK, "", PACK.bytes(), new byte[32]))),
        seed(Decoder.FRAME, Zstd.compress(new byte[1000])),
        seed(Decoder.WRAPPER, wrapper("key-file", null)),
        seed(Decoder.WRAPPER, wrapper("passphrase", new Argon2Cost(8, 1, 1))),
        seed(Decoder.WRAPPER, wrapper("passphrase", Argon2Cost.DEFAULT)));
  }

  private static byte[] seed(Decoder decoder, byte[]... parts) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(List.of(Decoder.values()).indexOf(decoder));
    Arrays.stream(parts).forEach(bytes::writeBytes);
    return bytes.toByteArray();
  }

  static Reference reference(int lengthBytes) {
    return new Reference(
        new Digest(1, 2, 3, 4), new Place(PACK, ObjectId.ZERO, 48, lengthBytes, Encoding.PLAIN));
  }

  private static byte[] node(int level) {
    var children = new @Nullable Reference[Node.FAN_OUT];
    children[0] = reference(300);
    children[200] = reference(400);
    return Node.encode(level, children);
  }

  private static byte[] directory() {
    var directory = ByteBuffer.allocate(4 + PackDirectory.ENTRY_BYTES).putInt(1);
    PackDirectory.writeEntry(
        directory,
        new PackEntry(PackEntry.CHUNK, 0, Encoding.ZSTD, 48, 100, new Digest(1, 2, 3, 4)));
    return directory.array();
  }

  static byte[] manifest() {
    return Json.write(ManifestJson.of(snapshot(SNAPSHOT, 100, reference(300))));
  }

  /** A snapshot of so many chunks. */
  static StoredSnapshot snapshot(UUID id, int chunks, @Nullable Reference root) {
    var shape = new TableShape((long) chunks * RepositoryFixture.CHUNK, RepositoryFixture.CHUNK);
    var table = new PointerTable(shape, root);
    var manifest =
        new SnapshotManifest(
            id,
            RepositoryFixture.DOMAIN,
            shape.sizeBytes(),
            shape.chunkSizeBytes(),
            table.contentDigest(),
            null,
            RepositoryFixture.NOW,
            RepositoryFixture.NOW,
            1,
            2,
            3,
            "a test",
            Map.of("name", "value"));
    return new StoredSnapshot(manifest, table, PACK);
  }

  private static DamagedJson damaged() {
    return new DamagedJson(
        List.of(new DamagedJson.Chunk(new Digest(1, 2, 3, 4), PACK, 48)), RepositoryFixture.NOW);
  }

  private static LeaseJson lease() {
    var root = new LeaseJson.Root(1, ReferenceJson.of(reference(300)));
    Instant now = RepositoryFixture.NOW;
    return new LeaseJson(
        PACK, SNAPSHOT, SNAPSHOT, List.of(root), now, now, "boot,pid:[1],12345,1700000000000");
  }

  static byte[] config() {
    return RepositoryConfig.create(SNAPSHOT, RepositoryFixture.CHUNK, RepositoryFixture.NOW)
        .encode(new byte[32]);
  }

  private static byte[] wrapper(String kind, @Nullable Argon2Cost cost) {
    String wrapped = "A".repeat(64);
    return Json.write(
        new WrapperJson(kind, SNAPSHOT, cost, PACK, wrapped, "label", RepositoryFixture.NOW));
  }

  private static byte[] header() {
    var header = ByteBuffer.allocate(ObjectHeader.BYTES);
    new ObjectHeader(ObjectKind.LEASE, PACK, PACK).writeTo(header);
    return header.array();
  }

  @Override
  public void feed(byte[] input) throws IOException {
    Decoder[] all = Decoder.values();
    if (input.length == 0 || input[0] < 0 || input[0] >= all.length) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    allow(() -> decode(all[input[0]], bytes));
  }

  private void decode(Decoder decoder, byte[] bytes) throws IOException {
    switch (decoder) {
      case NODE -> decodeNode(bytes);
      case DIRECTORY -> PackDirectory.parse("pack", 1 << 20, padded(bytes));
      case RELOCATIONS -> RelocationMap.parse("relocation", bytes);
      case MANIFEST -> decodeManifest(bytes);
      case CONTROL -> decodeControl(bytes);
      case CONFIG -> RepositoryConfig.parse(bytes).authenticate(bytes, new byte[32]);
      case HEADER -> {
        for (ObjectKind kind : ObjectKind.values()) {
          allow(() -> ObjectHeader.read(kind, "object", ByteBuffer.wrap(bytes)));
        }
      }
      case KEY_WRAP -> decodeKeyWrap(bytes);
      case FRAME -> decodeFrame(bytes);
      case WRAPPER -> decodeWrapper(bytes);
    }
  }

  /** A directory is never shorter than its count: that much the trailer was asked. */
  private static byte[] padded(byte[] bytes) {
    return bytes.length < 4 ? new byte[4] : bytes;
  }

  private static void decodeNode(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    int level = bytes[0] & 7;
    Node node;
    try {
      node = Node.parse(Arrays.copyOfRange(bytes, 1, bytes.length), level, RepositoryFixture.CHUNK);
    } catch (IllegalArgumentException e) {
      return; // declared
    }
    @Nullable Reference[] children = node.children();
    for (int i = 0; i < Node.FAN_OUT; i++) {
      Reference child = node.child(i);
      demand(child == null ? children[i] == null : child.equals(children[i]), "child " + i);
    }
    Node again = Node.parse(Node.encode(level, children), level, RepositoryFixture.CHUNK);
    demand(Arrays.equals(children, again.children()), "another node when written again");
  }

  private static void decodeManifest(byte[] bytes) throws IOException {
    StoredSnapshot snapshot = Manifests.parse(SNAPSHOT, bytes, RepositoryFixture.CHUNK);
    byte[] again = Json.write(ManifestJson.of(snapshot));
    demand(
        Manifests.parse(SNAPSHOT, again, RepositoryFixture.CHUNK).equals(snapshot),
        "another snapshot when written again");
  }

  private static void decodeControl(byte[] bytes) {
    for (Class<?> type :
        List.of(
            LeaseJson.class,
            CommitJson.class,
            CondemnedJson.class,
            DamagedJson.class,
            WrapperJson.class)) {
      allow(() -> demand(Json.read(bytes, type, "object") != null, "no " + type));
    }
  }

  private static void decodeKeyWrap(byte[] bytes) throws IOException {
    try {
      Json.read(bytes, KeyWrap.class, "key").open(PACK.bytes(), "", PACK.bytes());
    } catch (AEADBadTagException e) {
      // declared
    }
  }

  /** What it would cost to try a passphrase on it is asked for, not paid. */
  private static void decodeWrapper(byte[] bytes) throws IOException {
    KeyKind kind = KeyKind.of(Json.read(bytes, WrapperJson.Kind.class, "keys/1").kind());
    if (kind == null) {
      return; // passed over
    }
    var wrapper = WrapperJson.read(bytes, "keys/1");
    Argon2Cost cost = wrapper.argon2id();
    demand((cost == null) == (kind == KeyKind.KEY_FILE), "cost and kind");
    demand(cost == null || cost.workKib() <= 4 << 20, "too much work");
    demand(cost == null || cost.memoryKib() <= 1 << 20, "too much memory");
    String label = wrapper.label() == null ? "" : wrapper.label();
    var shown = new StoredKey("1", kind.spelling(), label, wrapper.createdAt(), null);
    demand(StoredKey.isLabel(shown.label()), "a label that could not be kept");
    demand(
        WrapperJson.read(Json.write(wrapper), "keys/1").equals(wrapper),
        "another wrapper when written again");
  }

  private void decodeFrame(byte[] bytes) {
    System.arraycopy(bytes, 0, buffers.frame(FRAME_MAX), 0, Math.min(FRAME_MAX, bytes.length));
    var out = new byte[2 * RepositoryFixture.CHUNK];
    try {
      int length =
          buffers.decompress(Math.min(FRAME_MAX, bytes.length), out, 5, RepositoryFixture.CHUNK);
      demand(length <= RepositoryFixture.CHUNK, "too long");
    } catch (ZstdException e) {
      // declared
    }
    demand(out[4] == 0 && out[5 + RepositoryFixture.CHUNK] == 0, "written beside its place");
  }

  @Override
  public void close() {
    buffers.close();
  }
}
