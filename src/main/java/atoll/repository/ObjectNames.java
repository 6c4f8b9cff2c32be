package atoll.repository;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The keys of objects, and the associated data that binds what a record is.
 *
 * <p>Source: docs/repository-format.md, "Objects", "Sealed objects" and "Packs".
 */
final class ObjectNames {
  static final String CONFIG = "config";
  static final String KEYS = "keys/";
  static final String DOMAINS = "domains/";
  static final String DOMAIN_OF = "domain-of/";
  static final String PACKS = "packs/";
  static final String SNAPSHOTS = "snapshots/";
  static final String TOMBSTONES = "deleted/";
  static final String LEASES = "leases/";
  static final String COMMITS = "commits/";
  static final String BROKEN = "broken/";
  static final String COLLECTORS = "collectors/";
  static final String CONDEMNED = "condemned/";
  static final String RELOCATIONS = "relocations/";
  static final String DAMAGED = "damaged/";
  static final String OLD_TOMBSTONES = "old-tombstones/";

  private static final Pattern NUMBER = Pattern.compile("\\d{12}");

  private ObjectNames() {}

  static String wrapper(ObjectId id) {
    return KEYS + id;
  }

  static String domainKeys(UUID domain) {
    return DOMAINS + domain + "/";
  }

  static String domainKey(UUID domain, ObjectId key) {
    return domainKeys(domain) + key;
  }

  static String pack(ObjectId id) {
    String digits = id.toString();
    return PACKS + digits.substring(0, 2) + "/" + digits;
  }

  static String domainOf(ObjectId key) {
    return DOMAIN_OF + key;
  }

  static String snapshot(UUID id) {
    return SNAPSHOTS + id;
  }

  static String tombstone(UUID id) {
    return TOMBSTONES + id;
  }

  static String lease(ObjectId id) {
    return LEASES + id;
  }

  static String broken(ObjectId lease) {
    return BROKEN + lease;
  }

  static String commit(ObjectId writer, long number) {
    return numbered(COMMITS + writer + "/", number);
  }

  static String collector(ObjectId id) {
    return COLLECTORS + id;
  }

  static String condemned(long number) {
    return numbered(CONDEMNED, number);
  }

  static String relocation(long number) {
    return numbered(RELOCATIONS, number);
  }

  static String damaged(ObjectId id) {
    return DAMAGED + id;
  }

  static String oldTombstones(ObjectId id) {
    return OLD_TOMBSTONES + id;
  }

  /** The key of an object that is known by its number in a folder. */
  static String numbered(String folder, long number) {
    return folder + "%012d".formatted(number);
  }

  /** The last segment of a key. */
  static String last(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  /** The number that is the last segment of a numbered object's key; nothing if it is none. */
  static OptionalLong number(String key) {
    String digits = last(key);
    return NUMBER.matcher(digits).matches()
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty();
  }

  /**
   * The id that is the last segment of an object's key.
   *
   * @throws DamagedObjectException if it is not 32 digits
   */
  static ObjectId id(String key) throws DamagedObjectException {
    try {
      return ObjectId.ofHex(last(key));
    } catch (IllegalArgumentException e) {
      throw new DamagedObjectException(key, 0, "a name of 32 digits", "another", e);
    }
  }

  static byte[] snapshotData(UUID id) {
    return data("snapshot", ObjectId.of(id).bytes());
  }

  static byte[] leaseData(ObjectId id) {
    return data("lease", id.bytes());
  }

  static byte[] commitData(ObjectId writer, long number) {
    return data("commit", writer.bytes(), numberBytes(number));
  }

  static byte[] collectorData(ObjectId id) {
    return data("collector", id.bytes());
  }

  static byte[] condemnedData(long number) {
    return data("condemned", numberBytes(number));
  }

  static byte[] relocationData(long number) {
    return data("relocation", numberBytes(number));
  }

  static byte[] damagedData(ObjectId id) {
    return data("damaged", id.bytes());
  }

  static byte[] oldTombstonesData(ObjectId id) {
    return data("old-tombstones", id.bytes());
  }

  static byte[] chunkData(Digest digest) {
    return digest.writeTo(ByteBuffer.allocate(33).put((byte) PackEntry.CHUNK)).array();
  }

  static byte[] nodeData(int level, Digest digest) {
    var buffer = ByteBuffer.allocate(34).put((byte) PackEntry.NODE).put((byte) level);
    return digest.writeTo(buffer).array();
  }

  static byte[] directoryData() {
    return data("directory");
  }

  private static byte[] numberBytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  static byte[] data(String text, byte[]... parts) {
    byte[] beginning = text.getBytes(StandardCharsets.US_ASCII);
    int length = beginning.length;
    for (byte[] part : parts) {
      length += part.length;
    }
    var buffer = ByteBuffer.allocate(length).put(beginning);
    for (byte[] part : parts) {
      buffer.put(part);
    }
    return buffer.array();
  }
}
