package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * The first objects of a repository: its wrapped master key and its config. The config is written
 * last; before it there is no repository.
 *
 * <p>Source: docs/repository-format.md, "config" and "Keys".
 */
final class RepositoryCreation {
  private static final String PURPOSE = "atoll wrap v1";

  private RepositoryCreation() {}

  static void create(
      ObjectStore store,
      RepositoryKey key,
      RepositorySettings settings,
      SecureRandom random,
      InstantSource clock)
      throws IOException {
    requireNone(store);
    var config =
        RepositoryConfig.create(randomUuid(random), settings.chunkSizeBytes(), clock.instant());
    var masterKey = new byte[32];
    random.nextBytes(masterKey);
    writeWrapper(store, key, config.id(), masterKey, random);
    byte[] object = config.encode(masterKey);
    store.put(ObjectNames.CONFIG, ByteBuffer.wrap(object));
    if (!Arrays.equals(object, readConfig(store))) {
      throw new RepositoryExistsException(store.toString(), ObjectNames.CONFIG);
    }
  }

  private static void requireNone(ObjectStore store) throws IOException {
    if (store.exists(ObjectNames.CONFIG)) {
      throw new RepositoryExistsException(store.toString(), ObjectNames.CONFIG);
    }
    for (String prefix : List.of(ObjectNames.SNAPSHOTS, ObjectNames.PACKS)) {
      store.list(
          prefix,
          (objectKey, _) -> {
            throw new RepositoryExistsException(store.toString(), objectKey);
          });
    }
  }

  private static UUID randomUuid(SecureRandom random) {
    var bytes = new byte[16];
    random.nextBytes(bytes);
    bytes[6] = (byte) ((bytes[6] & 0x0F) | 0x40); // version 4
    bytes[8] = (byte) ((bytes[8] & 0x3F) | 0x80); // of RFC 9562
    var buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  private static void writeWrapper(
      ObjectStore store, RepositoryKey key, UUID repository, byte[] masterKey, SecureRandom random)
      throws IOException {
    byte[] data = ObjectId.of(repository).bytes();
    var wrap = KeyWrap.seal(key.secret(), ObjectId.random(random), PURPOSE, data, masterKey);
    var json = new WrapperJson(WrapperJson.KEY_FILE, wrap.salt(), wrap.wrapped());
    store.put(ObjectNames.wrapper(ObjectId.random(random)), ByteBuffer.wrap(Json.write(json)));
  }

  /**
   * Reads the config object.
   *
   * @throws NoRepositoryException if there is none
   */
  static byte[] readConfig(ObjectStore store) throws IOException {
    try {
      return SealedObjects.whole(store, ObjectNames.CONFIG);
    } catch (NoSuchObjectException e) {
      throw new NoRepositoryException(store.toString());
    }
  }

  /**
   * Finds the wrapper that a key opens.
   *
   * @throws WrongKeyException if there is none
   */
  static byte[] unwrapMasterKey(ObjectStore store, RepositoryKey key, UUID repository)
      throws IOException {
    var wrappers = new ArrayList<String>();
    store.list(ObjectNames.KEYS, (objectKey, _) -> wrappers.add(objectKey));
    DamagedObjectException damage = null;
    for (String wrapper : wrappers) {
      try {
        byte[] masterKey = unwrap(store, wrapper, key, repository);
        if (masterKey != null) {
          return masterKey;
        }
      } catch (DamagedObjectException e) {
        damage = e; // another wrapper may do
      }
    }
    throw damage != null ? damage : new WrongKeyException(repository, wrappers.size());
  }

  /** The master key, if this is a wrapper that the key opens. */
  private static byte @Nullable [] unwrap(
      ObjectStore store, String wrapper, RepositoryKey key, UUID repository) throws IOException {
    var json = Json.read(SealedObjects.whole(store, wrapper), WrapperJson.class, wrapper);
    if (!WrapperJson.KEY_FILE.equals(json.kind())
        || json.salt() == null
        || json.wrapped() == null) {
      return null;
    }
    try {
      return new KeyWrap(json.salt(), json.wrapped())
          .open(key.secret(), PURPOSE, ObjectId.of(repository).bytes());
    } catch (AEADBadTagException e) {
      return null; // made for another key
    }
  }
}
