package atoll.repository;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.SecretKey;

/**
 * A pack in the making: records are sealed into one array as they come. One thread at a time.
 *
 * <p>The array grows as needed, so that a snapshot of three chunks does not cost a whole pack of
 * memory.
 */
final class PackBuilder {
  /** A chunk in the pack, by its name. */
  record NamedPlace(Digest name, Place place) {}

  /**
   * No pack has more records: what is remembered of each while it is made is more than a record of
   * next to nothing takes in the pack.
   */
  static final int RECORDS_MAX = 16_384;

  private static final int FIRST_BYTES = 256 << 10;

  private final ObjectId id;
  private final DataKey key;
  private final SecretKey objectKey;
  private final int bytesMax;
  private final RecordCipher cipher;
  private final List<PackEntry> entries = new ArrayList<>();
  private final List<NamedPlace> chunks = new ArrayList<>();
  private byte[] bytes;
  private int end;

  /** Begins a pack; {@code array} is used if it is large enough to be of use. */
  PackBuilder(ObjectId id, DataKey key, int bytesMax, RecordCipher cipher, byte[] array) {
    this.id = id;
    this.key = key;
    this.objectKey = key.objectKey(ObjectKind.PACK, id);
    this.bytesMax = bytesMax;
    this.cipher = cipher;
    this.bytes = array.length >= FIRST_BYTES ? array : new byte[FIRST_BYTES];
    new ObjectHeader(ObjectKind.PACK, key.id(), id).writeTo(ByteBuffer.wrap(bytes));
    end = ObjectHeader.BYTES;
  }

  ObjectId id() {
    return id;
  }

  /** Whether a record of {@code plainBytes} still fits; an empty pack takes any. */
  boolean fits(int plainBytes) {
    return entries.isEmpty() || (entries.size() < RECORDS_MAX && sizeWith(plainBytes) <= bytesMax);
  }

  private long sizeWith(int plainBytes) {
    return end
        + plainBytes
        + RecordCipher.TAG_BYTES
        + PackDirectory.sealedBytes(entries.size() + 1L);
  }

  /** Adds a chunk; {@code name} is its name under the pack's key. */
  Place addChunk(Digest digest, Digest name, int encoding, byte[] content, int from, int length) {
    byte[] data = ObjectNames.chunkData(digest);
    Place place = add(PackEntry.CHUNK, 0, digest, data, encoding, content, from, length);
    chunks.add(new NamedPlace(name, place));
    return place;
  }

  /** Adds a node. */
  Place addNode(int level, Digest digest, int encoding, byte[] content, int length) {
    byte[] data = ObjectNames.nodeData(level, digest);
    return add(PackEntry.NODE, level, digest, data, encoding, content, 0, length);
  }

  private Place add(
      int kind,
      int level,
      Digest digest,
      byte[] data,
      int encoding,
      byte[] content,
      int from,
      int length) {
    grow(sizeWith(length));
    int sealed = cipher.seal(objectKey, end, data, content, from, length, bytes, end);
    var place = new Place(id, key.id(), end, sealed, encoding);
    entries.add(new PackEntry(kind, level, encoding, end, sealed, digest));
    end += sealed;
    return place;
  }

  private void grow(long needed) {
    if (needed > bytes.length) {
      long doubled = Math.min(2L * bytes.length, bytesMax);
      bytes = Arrays.copyOf(bytes, Math.toIntExact(Math.max(needed, doubled)));
    }
  }

  /** Writes directory and trailer; gives the whole object. Nothing can be added any more. */
  ByteBuffer finish() {
    var directory = ByteBuffer.allocate(4 + entries.size() * PackDirectory.ENTRY_BYTES);
    directory.putInt(entries.size());
    for (PackEntry entry : entries) {
      PackDirectory.writeEntry(directory, entry);
    }
    grow(end + PackDirectory.sealedBytes(entries.size()));
    byte[] data = ObjectNames.directoryData();
    int sealed =
        cipher.seal(objectKey, end, data, directory.array(), 0, directory.capacity(), bytes, end);
    var object = ByteBuffer.wrap(bytes);
    object.position(end + sealed).putLong(end).putInt(sealed).put(PackDirectory.TRAILER_MAGIC);
    return object.flip();
  }

  /** The chunks in it, by name. */
  List<NamedPlace> chunks() {
    return chunks;
  }

  /** The array it was built in, to be used again once it is stored. */
  byte[] array() {
    return bytes;
  }
}
