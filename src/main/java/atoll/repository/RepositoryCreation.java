package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * The first objects of a repository: its wrapped master key and its config. The config is written
 * last; before it there is no repository.
 *
 * <p>Source: docs/repository-format.md, "config" and "Keys".
 */
final class RepositoryCreation {
  private RepositoryCreation() {}

  static void create(
      ObjectStore store,
      RepositorySecret secret,
      String label,
      RepositorySettings settings,
      SecureRandom random,
      InstantSource clock)
      throws IOException {
    requireNone(store);
    var config =
        RepositoryConfig.create(randomUuid(random), settings.chunkSizeBytes(), clock.instant());
    var masterKey = new byte[32];
    random.nextBytes(masterKey);
    new KeyWrappers(store, config.id()).add(secret, label, masterKey, clock.instant(), random);
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
  static byte[] unwrapMasterKey(ObjectStore store, RepositorySecret secret, UUID repository)
      throws IOException {
    return new KeyWrappers(store, repository).open(secret).masterKey();
  }
}
