package atoll.repository;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.Pauses;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;

/**
 * The keys of a repository: each opens it by itself, since each wraps the same master key. So keys
 * come and go while the data stays as it is; and who has once opened the repository with a key may
 * have kept the master key, which no removal takes from him.
 *
 * <p>The key that it was opened with stays until another was proved to open the repository: after
 * whatever fails, the caller has one that does. One thread at a time.
 */
public final class RepositoryKeys implements AutoCloseable {
  private final ObjectStore store;
  private final KeyWrappers wrappers;
  private final byte[] masterKey;
  private final SecureRandom random;
  private final InstantSource clock;
  private final Pauses pauses;
  private String used;

  private RepositoryKeys(
      ObjectStore store,
      KeyWrappers wrappers,
      KeyWrappers.Opened opened,
      SecureRandom random,
      InstantSource clock,
      Pauses pauses) {
    this.store = store;
    this.wrappers = wrappers;
    this.masterKey = opened.masterKey();
    this.used = opened.wrapper();
    this.random = random;
    this.clock = clock;
    this.pauses = pauses;
  }

  /**
   * Lists the keys of a repository, the oldest first; for that none is needed.
   *
   * @throws NoRepositoryException if the store has no config
   */
  public static List<StoredKey> list(ObjectStore store) throws IOException {
    var config = RepositoryConfig.parse(RepositoryCreation.readConfig(store));
    return new KeyWrappers(store, config.id()).list();
  }

  /**
   * Opens a repository to change its keys; writes nothing. The store stays the caller's.
   *
   * @throws NoRepositoryException if the store has no config
   * @throws WrongKeyException if the secret does not open it
   * @throws DamagedObjectException if the config is not what was written
   */
  public static RepositoryKeys open(
      ObjectStore store,
      RepositorySecret secret,
      SecureRandom random,
      InstantSource clock,
      Pauses pauses)
      throws IOException {
    byte[] object = RepositoryCreation.readConfig(store);
    var config = RepositoryConfig.parse(object);
    var wrappers = new KeyWrappers(store, config.id());
    KeyWrappers.Opened opened = wrappers.open(secret);
    config.authenticate(object, opened.masterKey());
    return new RepositoryKeys(store, wrappers, opened, random, clock, pauses);
  }

  /** The keys there are, the oldest first. */
  public List<StoredKey> list() throws IOException {
    return wrappers.list();
  }

  /** The id of the key that this was opened with, or that took its place. */
  public String used() {
    return used;
  }

  /**
   * Adds a key, proves that it opens the repository, and gives its id. If it fails, the key may be
   * there.
   *
   * @throws IOException also if the secret is a passphrase that is too short
   */
  public String add(RepositorySecret secret, String label) throws IOException {
    String id = wrappers.add(secret, label, masterKey, clock.instant(), random);
    wrappers.prove(id, secret, masterKey);
    return id;
  }

  /**
   * Demands that a key may be removed.
   *
   * @throws LastKeyException if it is the last that can be used, or the one in use: that the others
   *     open the repository nobody has shown
   */
  public void requireRemovable(String id) throws IOException {
    if (!id.equals(used)) {
      return;
    }
    boolean isLast = list().stream().noneMatch(key -> key.isUsable() && !key.id().equals(used));
    throw new LastKeyException(
        isLast
            ? "%s is the last key: without it nobody could open the repository; add another first"
                .formatted(id)
            : ("the repository was opened with key %s; to remove it, open it with one that stays:"
                    + " so it is sure that one does")
                .formatted(id));
  }

  /**
   * Removes a key; one that is not there is removed already.
   *
   * @throws LastKeyException as {@link #requireRemovable} does
   */
  public void remove(String id) throws IOException {
    requireRemovable(id);
    wrappers.remove(id, used);
  }

  /**
   * Puts a new key in the place of the one that this was opened with, under the same label, and
   * gives its id. The old one goes last, when every process would find the new one; if it fails,
   * the old one or both are there.
   */
  public String change(RepositorySecret secret) throws IOException {
    String label =
        list().stream()
            .filter(key -> key.id().equals(used))
            .findFirst()
            .map(StoredKey::label)
            .orElse("");
    String id = add(secret, label);
    pauses.pause(store.listingDelay());
    wrappers.remove(used, id);
    used = id;
    return id;
  }

  /** Overwrites the master key that this holds. */
  @Override
  public void close() {
    Arrays.fill(masterKey, (byte) 0);
  }
}
