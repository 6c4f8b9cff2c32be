package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one repository: unwrapped when first needed, and kept.
 *
 * <p>Source: docs/repository-format.md, "Keys".
 */
final class KeyRing {
  private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);
  private static final String PURPOSE = "atoll domain v1";

  private final ObjectStore store;
  private final UUID repository;
  private final byte[] masterKey;
  private final SecureRandom random;
  private final DataKey repositoryKey;
  private final Map<ObjectId, DataKey> known = new ConcurrentHashMap<>();
  private final Map<UUID, DataKey> writing = new ConcurrentHashMap<>();

  KeyRing(ObjectStore store, UUID repository, byte[] masterKey, SecureRandom random) {
    this.store = store;
    this.repository = repository;
    this.masterKey = masterKey.clone();
    this.random = random;
    this.repositoryKey =
        new DataKey(
            ObjectId.ZERO,
            Hkdf.derive(
                masterKey,
                ObjectId.of(repository).bytes(),
                ObjectNames.data("atoll repository v1")));
  }

  /** The key of what belongs to no domain. */
  DataKey repositoryKey() {
    return repositoryKey;
  }

  /**
   * The key that new objects of a domain are sealed with: the smallest that can be opened; made if
   * there is none. It is looked for on the store every time: what is sealed with a key that
   * somebody removed could never be read again.
   */
  DataKey forWriting(UUID domain) throws IOException {
    DataKey key = writing.get(domain);
    if (key == null || !store.exists(ObjectNames.domainKey(domain, key.id()))) {
      key = smallest(domain);
      writing.put(domain, key);
    }
    return key;
  }

  /**
   * The key that an object says it is sealed with.
   *
   * @throws DamagedObjectException if no domain has it, or it cannot be opened
   */
  DataKey byId(ObjectId id) throws IOException {
    if (id.equals(ObjectId.ZERO)) {
      return repositoryKey;
    }
    DataKey key = known.get(id);
    if (key != null) {
      return key;
    }
    try {
      return unwrap(domainOf(id), id);
    } catch (NoSuchObjectException | DamagedObjectException e) {
      return unwrapListed(id); // what says whose key it is may be damaged itself
    }
  }

  private DataKey unwrapListed(ObjectId id) throws IOException {
    try {
      return unwrap(listedDomainOf(id), id);
    } catch (NoSuchObjectException e) {
      throw new DamagedObjectException(
          ObjectNames.DOMAINS, 0, "the key " + id, "no domain that has it any more", e);
    }
  }

  /** The domain that a key is of, by the object that says so; older keys have none. */
  private UUID domainOf(ObjectId key) throws IOException {
    String objectKey = ObjectNames.domainOf(key);
    try {
      byte[] text = SealedObjects.whole(store, objectKey);
      return UUID.fromString(new String(text, StandardCharsets.US_ASCII));
    } catch (NoSuchObjectException e) {
      return listedDomainOf(key);
    } catch (IllegalArgumentException e) {
      throw new DamagedObjectException(objectKey, 0, "the id of a domain", "other text", e);
    }
  }

  private UUID listedDomainOf(ObjectId key) throws IOException {
    var found = new String[1];
    store.list(
        ObjectNames.DOMAINS,
        (objectKey, _) -> {
          if (ObjectNames.last(objectKey).equals(key.toString())) {
            found[0] = objectKey;
          }
        });
    if (found[0] == null) {
      throw new DamagedObjectException(
          ObjectNames.DOMAINS, 0, "the key " + key, "no domain that has it");
    }
    return domainIn(found[0]);
  }

  /** What a listing shows may lack the key just made; two writers may make one at once. */
  private DataKey smallest(UUID domain) throws IOException {
    DataKey there = smallestThere(domain);
    if (there != null) {
      return there;
    }
    DataKey own = create(domain);
    there = smallestThere(domain);
    return there == null || isSmaller(own, there) ? own : there;
  }

  private @Nullable DataKey smallestThere(UUID domain) throws IOException {
    var digits = new TreeSet<String>();
    store.list(
        ObjectNames.domainKeys(domain), (objectKey, _) -> digits.add(ObjectNames.last(objectKey)));
    for (String id : digits) {
      try {
        return unwrap(domain, ObjectId.ofHex(id));
      } catch (DamagedObjectException | IllegalArgumentException e) {
        LOG.warn("key {} of domain {} is passed over for writing", id, domain, e);
      }
    }
    return null;
  }

  private static boolean isSmaller(DataKey key, DataKey other) {
    return key.id().toString().compareTo(other.id().toString()) < 0;
  }

  private DataKey create(UUID domain) throws IOException {
    var id = ObjectId.random(random);
    var secret = new byte[32];
    random.nextBytes(secret);
    var wrap = KeyWrap.seal(masterKey, ObjectId.random(random), PURPOSE, data(domain, id), secret);
    byte[] text = domain.toString().getBytes(StandardCharsets.US_ASCII);
    store.put(ObjectNames.domainOf(id), ByteBuffer.wrap(text));
    store.put(ObjectNames.domainKey(domain, id), ByteBuffer.wrap(Json.write(wrap)));
    return unwrap(domain, id);
  }

  /**
   * Opens a key as it is on the store now.
   *
   * @throws DamagedObjectException if it is not what was written
   */
  DataKey unwrap(UUID domain, ObjectId id) throws IOException {
    String objectKey = ObjectNames.domainKey(domain, id);
    byte[] bytes = SealedObjects.whole(store, objectKey);
    try {
      byte[] secret =
          Json.read(bytes, KeyWrap.class, objectKey).open(masterKey, PURPOSE, data(domain, id));
      return known.computeIfAbsent(id, _ -> new DataKey(id, secret));
    } catch (AEADBadTagException e) {
      throw new DamagedObjectException(
          objectKey, 0, "a key wrapped for this repository", "other bytes", e);
    }
  }

  private byte[] data(UUID domain, ObjectId key) {
    return ObjectNames.data(
        "", ObjectId.of(repository).bytes(), ObjectId.of(domain).bytes(), key.bytes());
  }

  private static UUID domainIn(String objectKey) throws DamagedObjectException {
    try {
      String folder = objectKey.substring(0, objectKey.lastIndexOf('/'));
      return UUID.fromString(ObjectNames.last(folder));
    } catch (IllegalArgumentException e) {
      throw new DamagedObjectException(
          objectKey, 0, "a key of the form domains/<uuid>/<key id>", "another", e);
    }
  }
}
