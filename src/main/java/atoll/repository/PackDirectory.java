package atoll.repository;

import atoll.objectstore.ObjectStore;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.AEADBadTagException;

/**
 * The directory at the end of a pack: what it holds, so that an index can be made again.
 *
 * <p>Source: docs/repository-format.md, "Packs".
 *
 * @param key the domain key the pack is sealed with
 */
record PackDirectory(ObjectId pack, DataKey key, List<PackEntry> entries) {
  static final int ENTRY_BYTES = 48;
  static final int TRAILER_BYTES = 16;

  /** No pack has so many records; what a trailer says is not authenticated. */
  private static final int BYTES_MAX = SealedObjects.BYTES_MAX;

  static final byte[] TRAILER_MAGIC = {'A', 'T', 'P', 'E'};

  PackDirectory {
    entries = List.copyOf(entries);
  }

  /** How long the directory of a pack of so many records and its trailer are. */
  static long sealedBytes(long entries) {
    return 4 + entries * ENTRY_BYTES + RecordCipher.TAG_BYTES + TRAILER_BYTES;
  }

  static void writeEntry(ByteBuffer buffer, PackEntry entry) {
    buffer.put((byte) entry.kind()).put((byte) entry.encoding());
    buffer.put((byte) entry.level()).put((byte) 0);
    buffer.putInt((int) entry.offsetBytes()).putInt(entry.lengthBytes());
    entry.digest().writeTo(buffer);
  }

  /** Reads header, trailer and directory of a pack of {@code sizeBytes}. */
  static PackDirectory read(ObjectStore store, KeyRing keys, ObjectId pack, long sizeBytes)
      throws IOException {
    String objectKey = ObjectNames.pack(pack);
    if (sizeBytes < ObjectHeader.BYTES + sealedBytes(0) || sizeBytes > 0xFFFF_FFFFL) {
      throw new DamagedObjectException(objectKey, 0, "a pack", sizeBytes + " bytes");
    }
    var header =
        ObjectHeader.read(
            ObjectKind.PACK,
            objectKey,
            ByteBuffer.wrap(bytes(store, objectKey, 0, ObjectHeader.BYTES)));
    if (!header.salt().equals(pack)) {
      throw new DamagedObjectException(objectKey, 32, "pack " + pack, "pack " + header.salt());
    }
    long trailerAt = sizeBytes - TRAILER_BYTES;
    var trailer = ByteBuffer.wrap(bytes(store, objectKey, trailerAt, TRAILER_BYTES));
    long at = trailer.getLong();
    int length = trailer.getInt();
    var magic = new byte[TRAILER_MAGIC.length];
    trailer.get(magic);
    if (!Arrays.equals(magic, TRAILER_MAGIC)
        || at < ObjectHeader.BYTES
        || length < 4 + RecordCipher.TAG_BYTES
        || length > BYTES_MAX
        || at + length != trailerAt) {
      throw new DamagedObjectException(
          objectKey, trailerAt, "a trailer", "directory at %d of %d".formatted(at, length));
    }
    DataKey key = keys.byId(header.key());
    byte[] plain = open(key, pack, at, bytes(store, objectKey, at, length));
    return new PackDirectory(pack, key, parse(objectKey, at, plain));
  }

  private static byte[] bytes(ObjectStore store, String objectKey, long at, int length)
      throws IOException {
    var bytes = new byte[length];
    try {
      store.get(objectKey, at, ByteBuffer.wrap(bytes));
    } catch (EOFException e) {
      throw new DamagedObjectException(objectKey, at, length + " bytes", "the end", e);
    }
    return bytes;
  }

  private static byte[] open(DataKey key, ObjectId pack, long at, byte[] sealed)
      throws DamagedObjectException {
    var plain = new byte[sealed.length - RecordCipher.TAG_BYTES];
    try {
      new RecordCipher()
          .open(
              key.objectKey(ObjectKind.PACK, pack),
              at,
              ObjectNames.directoryData(),
              sealed,
              0,
              sealed.length,
              plain,
              0);
    } catch (AEADBadTagException e) {
      throw new DamagedObjectException(
          ObjectNames.pack(pack), at, "a directory that authenticates", "other bytes", e);
    }
    return plain;
  }

  /** Reads a directory that lies at {@code at}, decrypted. */
  static List<PackEntry> parse(String objectKey, long at, byte[] plain)
      throws DamagedObjectException {
    var buffer = ByteBuffer.wrap(plain);
    long count = Integer.toUnsignedLong(buffer.getInt());
    if (plain.length != 4 + count * ENTRY_BYTES) {
      throw new DamagedObjectException(
          objectKey, at, count + " entries", plain.length + " bytes of directory");
    }
    var entries = new ArrayList<PackEntry>();
    long end = ObjectHeader.BYTES;
    for (long i = 0; i < count; i++) {
      PackEntry entry = parseEntry(buffer);
      if (entry.offsetBytes() < end
          || entry.lengthBytes() <= RecordCipher.TAG_BYTES
          || !Encoding.isKnown(entry.encoding())
          || entry.offsetBytes() + entry.lengthBytes() > at) {
        throw new DamagedObjectException(objectKey, at, "a possible entry", entry.toString());
      }
      end = entry.offsetBytes() + entry.lengthBytes();
      entries.add(entry);
    }
    return entries;
  }

  private static PackEntry parseEntry(ByteBuffer buffer) {
    int kind = buffer.get();
    int encoding = buffer.get();
    int level = buffer.get();
    buffer.get();
    long offset = Integer.toUnsignedLong(buffer.getInt());
    return new PackEntry(kind, level, encoding, offset, buffer.getInt(), Digest.read(buffer));
  }
}
