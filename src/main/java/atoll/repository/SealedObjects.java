package atoll.repository;

import atoll.objectstore.ConditionalPut;
import atoll.objectstore.ObjectStore;
import atoll.objectstore.ObjectTooLongException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/** Writes and reads the small sealed objects: a header and one record. */
final class SealedObjects {
  /** No object but a pack is longer: a list of half a million damaged chunks is as long. */
  static final int BYTES_MAX = 64 << 20;

  private final ObjectStore store;
  private final KeyRing keys;
  private final SecureRandom random;

  SealedObjects(ObjectStore store, KeyRing keys, SecureRandom random) {
    this.store = store;
    this.keys = keys;
    this.random = random;
  }

  /** Writes an object; {@code data} is what its record is bound to. */
  void write(ObjectKind kind, String objectKey, DataKey key, byte[] data, byte[] plain)
      throws IOException {
    store.put(objectKey, seal(kind, objectKey, key, data, plain));
  }

  /**
   * Writes an object if there is none of this key; says whether what is there now is its own. In a
   * store without conditional puts another's may be overwritten that comes at the same moment.
   */
  boolean writeNew(ObjectKind kind, String objectKey, DataKey key, byte[] data, byte[] plain)
      throws IOException {
    ByteBuffer object = seal(kind, objectKey, key, data, plain);
    Optional<ConditionalPut> conditional = store.conditionalPut();
    if (conditional.isPresent() && conditional.get().putNew(objectKey, object.duplicate())) {
      return true;
    }
    if (store.exists(objectKey)) {
      // The answer to a first try may have been lost; its random salt tells whose it is.
      return ByteBuffer.wrap(whole(store, objectKey)).equals(object);
    }
    if (conditional.isPresent()) {
      throw new IOException(objectKey + " was there and is gone");
    }
    store.put(objectKey, object);
    return true;
  }

  private ByteBuffer seal(ObjectKind kind, String objectKey, DataKey key, byte[] data, byte[] plain)
      throws IOException {
    if (plain.length > BYTES_MAX - ObjectHeader.BYTES - RecordCipher.TAG_BYTES) {
      throw new IOException(objectKey + " would have " + plain.length + " bytes: too many to read");
    }
    var salt = ObjectId.random(random);
    var object = ByteBuffer.allocate(ObjectHeader.BYTES + plain.length + RecordCipher.TAG_BYTES);
    new ObjectHeader(kind, key.id(), salt).writeTo(object);
    new RecordCipher()
        .seal(
            key.objectKey(kind, salt),
            ObjectHeader.BYTES,
            data,
            plain,
            0,
            plain.length,
            object.array(),
            ObjectHeader.BYTES);
    return object.clear();
  }

  /**
   * Reads an object.
   *
   * @throws atoll.objectstore.NoSuchObjectException if it is not there
   * @throws DamagedObjectException if it is not what was written
   */
  byte[] read(ObjectKind kind, String objectKey, byte[] data) throws IOException {
    return open(kind, objectKey, data, whole(store, objectKey));
  }

  /**
   * Opens an object that was read.
   *
   * @throws DamagedObjectException if it is not what was written
   */
  byte[] open(ObjectKind kind, String objectKey, byte[] data, byte[] bytes) throws IOException {
    var header = ObjectHeader.read(kind, objectKey, ByteBuffer.wrap(bytes));
    int length = bytes.length - ObjectHeader.BYTES;
    if (length < RecordCipher.TAG_BYTES) {
      throw new DamagedObjectException(
          objectKey, ObjectHeader.BYTES, "a sealed record", length + " bytes");
    }
    var plain = new byte[length - RecordCipher.TAG_BYTES];
    try {
      new RecordCipher()
          .open(
              keys.byId(header.key()).objectKey(kind, header.salt()),
              ObjectHeader.BYTES,
              data,
              bytes,
              ObjectHeader.BYTES,
              length,
              plain,
              0);
    } catch (AEADBadTagException e) {
      throw new DamagedObjectException(
          objectKey, ObjectHeader.BYTES, "a " + kind + " that authenticates", "other bytes", e);
    }
    return plain;
  }

  /**
   * Reads a whole object, sealed or not.
   *
   * @throws atoll.objectstore.NoSuchObjectException if it is not there
   * @throws DamagedObjectException if it is longer than any that is written
   */
  static byte[] whole(ObjectStore store, String objectKey) throws IOException {
    ByteBuffer object;
    try {
      object = store.get(objectKey, BYTES_MAX);
    } catch (ObjectTooLongException e) {
      throw new DamagedObjectException(
          objectKey, BYTES_MAX, "the end of the object", "more of it", e);
    }
    var bytes = new byte[object.remaining()];
    object.get(bytes);
    return bytes;
  }
}
