package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * The wrappers of a repository's master key: each is a way to open it.
 *
 * <p>Source: docs/repository-format.md, "Keys".
 */
final class KeyWrappers {
  private static final String PURPOSE = "atoll wrap v1";

  /** Whatever else a store lists is not of Atoll, and may not be fit to be shown. */
  private static final Pattern NAME = Pattern.compile(ObjectNames.KEYS + "[a-z0-9._-]+");

  /** How much memory is filled to try one passphrase on all wrappers: a minute's work or two. */
  private static final long WORK_KIB_MAX = 16L << 20;

  private final ObjectStore store;
  private final UUID repository;
  private final long workKibMax;

  KeyWrappers(ObjectStore store, UUID repository) {
    this(store, repository, WORK_KIB_MAX);
  }

  /** With another bound of the work for one passphrase, in KiB filled. */
  KeyWrappers(ObjectStore store, UUID repository, long workKibMax) {
    this.store = store;
    this.repository = repository;
    this.workKibMax = workKibMax;
  }

  /** One wrapper; {@code json} is null where it is of another kind or damaged. */
  private record Wrapper(
      String id, String kind, @Nullable WrapperJson json, @Nullable DamagedObjectException damage) {
    StoredKey description() {
      return new StoredKey(
          id,
          kind,
          json == null || json.label() == null ? "" : json.label(),
          json == null ? null : json.createdAt(),
          damage == null ? null : damage.getMessage());
    }

    /** What it costs to try a secret on it. */
    long workKib() {
      return json == null || json.argon2id() == null ? 0 : json.argon2id().workKib();
    }
  }

  /** The master key, and the id of the wrapper that it was in. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Opened(String wrapper, byte[] masterKey) {
    @Override
    public String toString() {
      return "opened " + wrapper; // never the key: this may end in a log
    }
  }

  /** All keys, the oldest first. */
  List<StoredKey> list() throws IOException {
    return described(read());
  }

  private static List<StoredKey> described(List<Wrapper> wrappers) {
    return wrappers.stream()
        .map(Wrapper::description)
        .sorted(
            Comparator.comparing(
                    StoredKey::createdAt, Comparator.nullsFirst(Comparator.naturalOrder()))
                .thenComparing(StoredKey::id))
        .toList();
  }

  /**
   * Finds the wrapper that a secret opens; those that cost least are tried first, so that one that
   * a stranger has put there does not keep the others from being tried.
   *
   * @throws WrongKeyException if there is none
   */
  Opened open(RepositorySecret secret) throws IOException {
    List<Wrapper> wrappers = read();
    List<Wrapper> fitting =
        wrappers.stream()
            .filter(wrapper -> wrapper.json() != null)
            .filter(wrapper -> wrapper.kind().equals(secret.kind().spelling()))
            .sorted(Comparator.comparingLong(Wrapper::workKib))
            .toList();
    long workKib = 0;
    for (Wrapper wrapper : fitting) {
      workKib += wrapper.workKib();
      if (workKib > workKibMax) {
        throw new IOException(
            ("repository %s has so many passphrases that to try them all would take too long: %s is"
                    + " the first that was not tried; if that is not yours, remove it")
                .formatted(repository, ObjectNames.KEYS + wrapper.id()));
      }
      byte[] masterKey = masterKey(wrapper, secret);
      if (masterKey != null) {
        return new Opened(wrapper.id(), masterKey);
      }
    }
    DamagedObjectException damage = null;
    for (Wrapper wrapper : wrappers) {
      damage = wrapper.damage() == null ? damage : wrapper.damage();
    }
    if (fitting.isEmpty() && damage != null) {
      throw damage;
    }
    throw new WrongKeyException(repository, secret.kind(), described(wrappers), damage);
  }

  /** The master key, if this is a wrapper that the secret opens. */
  private byte @Nullable [] masterKey(Wrapper wrapper, RepositorySecret secret) throws IOException {
    WrapperJson json = wrapper.json();
    if (json == null || json.salt() == null || json.wrapped() == null) {
      return null;
    }
    byte[] bytes = secretBytes(secret, json.argon2id(), json.salt());
    try {
      return new KeyWrap(json.salt(), json.wrapped()).open(bytes, PURPOSE, data());
    } catch (AEADBadTagException e) {
      return null; // made for another
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static byte[] secretBytes(
      RepositorySecret secret, @Nullable Argon2Cost cost, ObjectId salt) throws IOException {
    return switch (secret) {
      case RepositoryKey key -> key.secret();
      case Passphrase passphrase -> {
        byte[] words = passphrase.bytes();
        try {
          yield (cost == null ? passphrase.cost() : cost).derive(words, salt.bytes());
        } finally {
          Arrays.fill(words, (byte) 0);
        }
      }
    };
  }

  private byte[] data() {
    return ObjectId.of(repository).bytes();
  }

  /**
   * Makes another way to open the repository and gives its id.
   *
   * @throws IOException also if the secret is a passphrase that is too short
   */
  String add(
      RepositorySecret secret, String label, byte[] masterKey, Instant now, SecureRandom random)
      throws IOException {
    if (!StoredKey.isLabel(label)) {
      throw new IOException(
          "a label of a key has at most %d characters, all to be seen"
              .formatted(StoredKey.LABEL_MAX));
    }
    Argon2Cost cost = null;
    if (secret instanceof Passphrase passphrase) {
      passphrase.requireStrong();
      cost = passphrase.cost();
    }
    var salt = ObjectId.random(random);
    byte[] bytes = secretBytes(secret, cost, salt);
    var wrap = KeyWrap.seal(bytes, salt, PURPOSE, data(), masterKey);
    Arrays.fill(bytes, (byte) 0);
    var json =
        new WrapperJson(
            secret.kind().spelling(),
            repository,
            cost,
            salt,
            wrap.wrapped(),
            label.isEmpty() ? null : label,
            now);
    var id = ObjectId.random(random);
    store.put(ObjectNames.wrapper(id), ByteBuffer.wrap(Json.write(json)));
    return id.toString();
  }

  /**
   * Demands that what is stored under an id opens with a secret and holds this master key.
   *
   * @throws IOException if not
   */
  void prove(String id, RepositorySecret secret, byte[] masterKey) throws IOException {
    Wrapper wrapper = read(ObjectNames.KEYS + id);
    if (wrapper == null || !Arrays.equals(masterKey, masterKey(wrapper, secret))) {
      throw new IOException(
          "the new key %s was written, but cannot be opened again; nothing else was changed"
              .formatted(ObjectNames.KEYS + id));
    }
  }

  /**
   * Removes one; {@code kept} is another, that opens the repository. Two processes may each remove
   * what the other one keeps: who finds that puts back what it removed; only if it is killed before
   * that, none may be left.
   *
   * @throws LastKeyException if the other one is not there any more; nothing is removed then
   */
  void remove(String id, String kept) throws IOException {
    String objectKey = ObjectNames.KEYS + id;
    byte[] removed = null;
    try {
      removed = SealedObjects.whole(store, objectKey);
    } catch (NoSuchObjectException | DamagedObjectException e) {
      // Nothing that could be wanted back.
    }
    if (!store.exists(ObjectNames.KEYS + kept)) {
      throw keptIsGone(id, kept);
    }
    store.delete(objectKey);
    if (!store.exists(ObjectNames.KEYS + kept)) {
      if (removed != null) {
        store.put(objectKey, ByteBuffer.wrap(removed));
      }
      throw keptIsGone(id, kept);
    }
  }

  private static LastKeyException keptIsGone(String id, String kept) {
    return new LastKeyException(
        "the key %s, that should stay, was removed by somebody else; so %s stays"
            .formatted(kept, id));
  }

  private List<Wrapper> read() throws IOException {
    var objectKeys = new TreeSet<String>();
    store.list(
        ObjectNames.KEYS,
        (objectKey, _) -> {
          if (NAME.matcher(objectKey).matches()) {
            objectKeys.add(objectKey);
          }
        });
    var wrappers = new ArrayList<Wrapper>();
    for (String objectKey : objectKeys) {
      Wrapper wrapper = read(objectKey);
      if (wrapper != null) {
        wrappers.add(wrapper);
      }
    }
    return wrappers;
  }

  /** Null if it is not there any more, or left over from the making of another repository. */
  private @Nullable Wrapper read(String objectKey) throws IOException {
    String id = objectKey.substring(ObjectNames.KEYS.length());
    try {
      byte[] object = SealedObjects.whole(store, objectKey);
      String kind = Json.read(object, WrapperJson.Kind.class, objectKey).kind();
      if (KeyKind.of(kind) == null) {
        return new Wrapper(id, kind == null ? "unknown" : kind, null, null);
      }
      WrapperJson json = WrapperJson.read(object, objectKey);
      return json.repository() == null || json.repository().equals(repository)
          ? new Wrapper(id, String.valueOf(kind), json, null)
          : null;
    } catch (NoSuchObjectException e) {
      return null;
    } catch (DamagedObjectException e) {
      return new Wrapper(id, "damaged", null, e);
    }
  }
}
