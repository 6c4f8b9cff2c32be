package atoll.repository;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a repository with nothing but docs/repository-format.md: shares no code with what it reads,
 * so that the two can only agree by both following the document.
 */
final class StrangersReader {
  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, byte[]> objects;
  private final byte[] masterKey;
  private final byte[] repositoryId;
  private final int chunkSize;

  /** Opens it with the content of a key file. */
  StrangersReader(Map<String, byte[]> objects, String keyFile) throws GeneralSecurityException {
    this(objects, "key-file", _ -> hex(keyFile.strip().replaceFirst("^atoll-key-1 ", "")));
  }

  private StrangersReader(
      Map<String, byte[]> objects, String kind, Function<JsonNode, byte[]> secretOf)
      throws GeneralSecurityException {
    this.objects = objects;
    String[] config = text(object("config")).split("\n", -1);
    JsonNode parameters = JSON.readTree(config[0]);
    repositoryId = uuid(parameters.get("id").stringValue());
    chunkSize = parameters.get("chunk_size").intValue();
    masterKey = masterKey(kind, secretOf);
    byte[] configKey = hkdf(masterKey, repositoryId, ascii("atoll config v1"));
    String mac =
        HexFormat.of().formatHex(hmac(configKey, config[0].getBytes(StandardCharsets.UTF_8)));
    require(config[1].equals("hmac-sha256 " + mac), "config's HMAC");
  }

  /** Opens it with a passphrase. */
  static StrangersReader withPassphrase(Map<String, byte[]> objects, String passphrase)
      throws GeneralSecurityException {
    return new StrangersReader(objects, "passphrase", wrap -> argon2id(passphrase, wrap));
  }

  private static byte[] argon2id(String passphrase, JsonNode wrap) {
    JsonNode cost = wrap.get("argon2id");
    var argon2id = new Argon2BytesGenerator();
    argon2id.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(0x13)
            .withMemoryAsKB(cost.get("memory_kib").intValue())
            .withIterations(cost.get("passes").intValue())
            .withParallelism(cost.get("lanes").intValue())
            .withSalt(hex(wrap.get("salt").stringValue()))
            .build());
    var secret = new byte[32];
    String normal = Normalizer.normalize(passphrase, Normalizer.Form.NFC);
    argon2id.generateBytes(normal.getBytes(StandardCharsets.UTF_8), secret);
    return secret;
  }

  /** Tries each wrapper of the kind. */
  private byte[] masterKey(String kind, Function<JsonNode, byte[]> secretOf)
      throws GeneralSecurityException {
    for (String key : objects.keySet()) {
      if (!key.startsWith("keys/")) {
        continue;
      }
      JsonNode wrap = JSON.readTree(object(key));
      if (!wrap.get("kind").stringValue().equals(kind)) {
        continue;
      }
      byte[] salt = hex(wrap.get("salt").stringValue());
      try {
        return unwrap(hkdf(secretOf.apply(wrap), salt, ascii("atoll wrap v1")), wrap, repositoryId);
      } catch (AEADBadTagException e) {
        // another's
      }
    }
    throw new AssertionError("not as the document says: a wrapper that the secret opens");
  }

  /** The content of a snapshot. */
  byte[] read(UUID snapshot) throws GeneralSecurityException {
    byte[] manifestBytes = object("snapshots/" + snapshot);
    byte[] key = objectKey(manifestBytes, "ATOLLSNP");
    byte[] data = concat(ascii("snapshot"), uuid(snapshot.toString()));
    byte[] record = Arrays.copyOfRange(manifestBytes, 48, manifestBytes.length);
    JsonNode manifest = JSON.readTree(gcm(key, nonce(48), data, record));
    var content = new byte[manifest.get("size_bytes").intValue()];
    JsonNode root = manifest.get("root");
    if (root != null) {
      var place =
          new Child(
              hex(root.get("digest").stringValue()),
              hex(root.get("pack").stringValue()),
              hex(root.get("key").stringValue()),
              root.get("encoding").intValue(),
              root.get("offset").longValue(),
              root.get("length").intValue());
      readNode(place, manifest.get("depth").intValue() - 1, 0, content);
    }
    return content;
  }

  private static final class Child {
    private final byte[] digest;
    private final byte[] pack;
    private final byte[] key;
    private final int encoding;
    private final long offset;
    private final int length;

    private Child(byte[] digest, byte[] pack, byte[] key, int encoding, long offset, int length) {
      this.digest = digest;
      this.pack = pack;
      this.key = key;
      this.encoding = encoding;
      this.offset = offset;
      this.length = length;
    }
  }

  private void readNode(Child node, int level, long firstChunk, byte[] content)
      throws GeneralSecurityException {
    byte[] data = concat(new byte[] {1, (byte) level}, node.digest);
    var bytes = ByteBuffer.wrap(readRecord(node, data));
    require(bytes.get() == level && bytes.get() == 0, "level");
    int packs = bytes.getShort();
    var packIds = new byte[packs][];
    var keyIds = new byte[packs][];
    for (int i = 0; i < packs; i++) {
      packIds[i] = take(bytes, 16);
      keyIds[i] = take(bytes, 16);
    }
    byte[] bitmap = take(bytes, 32);
    for (int i = 0; i < 256; i++) {
      if ((bitmap[i / 8] & (0x80 >> (i % 8))) == 0) {
        continue;
      }
      byte[] digest = take(bytes, 32);
      int pack = bytes.getShort();
      int encoding = bytes.get();
      bytes.get();
      long offset = bytes.getInt() & 0xFFFFFFFFL;
      var child = new Child(digest, packIds[pack], keyIds[pack], encoding, offset, bytes.getInt());
      long chunk = firstChunk + i * (1L << (8 * level));
      if (level > 0) {
        readNode(child, level - 1, chunk, content);
      } else {
        byte[] plain = readRecord(child, concat(new byte[] {0}, digest));
        require(plain.length == chunkSize, "length of a chunk");
        int at = (int) (chunk * chunkSize);
        System.arraycopy(plain, 0, content, at, Math.min(chunkSize, content.length - at));
      }
    }
    require(!bytes.hasRemaining(), "end of a node");
  }

  /** A record at its place, or where a map says that it is whole. */
  private byte[] readRecord(Child place, byte[] data) throws GeneralSecurityException {
    byte[] pack = objects.get(packKey(place.pack));
    if (pack == null) {
      return readRecord(moved(place), data);
    }
    try {
      return openRecord(pack, place, data);
    } catch (AEADBadTagException e) {
      Child healed = find(place);
      if (healed == null) {
        throw e;
      }
      return readRecord(healed, data);
    }
  }

  private byte[] openRecord(byte[] pack, Child place, byte[] data) throws GeneralSecurityException {
    byte[] key = objectKey(pack, "ATOLLPAK");
    require(Arrays.equals(place.key, Arrays.copyOfRange(pack, 16, 32)), "key of a pack");
    byte[] sealed = Arrays.copyOfRange(pack, (int) place.offset, (int) place.offset + place.length);
    byte[] plain = gcm(key, nonce(place.offset), data, sealed);
    return place.encoding == 0 ? plain : Zstd.decompress(plain, (int) contentSize(plain));
  }

  private static String packKey(byte[] pack) {
    String digits = HexFormat.of().formatHex(pack);
    return "packs/" + digits.substring(0, 2) + "/" + digits;
  }

  private Child moved(Child place) throws GeneralSecurityException {
    Child found = find(place);
    if (found == null) {
      throw new AssertionError("not as the document says: a pack is missing");
    }
    return found;
  }

  /** Where a record was moved to by the latest map that speaks of its place, if one does. */
  private @Nullable Child find(Child place) throws GeneralSecurityException {
    Child found = null;
    for (Map.Entry<String, byte[]> object : new TreeMap<>(objects).entrySet()) {
      if (!object.getKey().startsWith("relocations/")) {
        continue;
      }
      long number = Long.parseLong(object.getKey().substring("relocations/".length()));
      byte[] data = concat(ascii("relocation"), ByteBuffer.allocate(8).putLong(number).array());
      var map = ByteBuffer.wrap(control(object.getValue(), "ATOLLREL", data));
      for (int left = map.getInt(); left > 0; left--) {
        byte[] oldPack = take(map, 16);
        long oldOffset = map.getInt() & 0xFFFFFFFFL;
        int length = map.getInt();
        byte[] newPack = take(map, 16);
        byte[] newKey = take(map, 16);
        long newOffset = map.getInt() & 0xFFFFFFFFL;
        if (Arrays.equals(oldPack, place.pack) && oldOffset == place.offset) {
          require(length == place.length, "length of a record that was moved");
          found = new Child(place.digest, newPack, newKey, place.encoding, newOffset, length);
        }
      }
      require(!map.hasRemaining(), "end of a relocation map");
    }
    return found;
  }

  /** The places that are noted as damaged: key of the pack, and offset in it. */
  Map<String, Long> damaged() throws GeneralSecurityException {
    var damaged = new TreeMap<String, Long>();
    for (Map.Entry<String, byte[]> object : objects.entrySet()) {
      if (object.getKey().startsWith("damaged/")) {
        byte[] id = hex(object.getKey().substring("damaged/".length()));
        byte[] json = control(object.getValue(), "ATOLLDMG", concat(ascii("damaged"), id));
        for (JsonNode chunk : JSON.readTree(json).get("chunks")) {
          byte[] pack = hex(chunk.get("pack").stringValue());
          damaged.put(packKey(pack), chunk.get("offset").longValue());
        }
      }
    }
    return damaged;
  }

  /** The record of a control object. */
  private byte[] control(byte[] object, String magic, byte[] data) throws GeneralSecurityException {
    byte[] sealed = Arrays.copyOfRange(object, 48, object.length);
    return gcm(objectKey(object, magic), nonce(48), data, sealed);
  }

  private static long contentSize(byte[] frame) {
    return Zstd.getFrameContentSize(frame);
  }

  /** The key of an object, from its header. */
  private byte[] objectKey(byte[] object, String magic) throws GeneralSecurityException {
    require(text(Arrays.copyOf(object, 8)).equals(magic), "magic");
    require(
        Arrays.equals(Arrays.copyOfRange(object, 8, 16), new byte[] {0, 1, 0, 0, 0, 0, 0, 0}),
        "version");
    byte[] keyId = Arrays.copyOfRange(object, 16, 32);
    byte[] salt = Arrays.copyOfRange(object, 32, 48);
    byte[] key =
        Arrays.equals(keyId, new byte[16])
            ? hkdf(masterKey, repositoryId, ascii("atoll repository v1"))
            : domainKey(keyId);
    return hkdf(key, salt, ascii("atoll object v1 " + magic));
  }

  private byte[] domainKey(byte[] keyId) throws GeneralSecurityException {
    String digits = HexFormat.of().formatHex(keyId);
    String name =
        objects.keySet().stream()
            .filter(key -> key.startsWith("domains/") && key.endsWith("/" + digits))
            .findFirst()
            .orElseThrow();
    byte[] domain = uuid(name.substring(8, 44));
    JsonNode wrap = JSON.readTree(object(name));
    byte[] wrapping =
        hkdf(masterKey, hex(wrap.get("salt").stringValue()), ascii("atoll domain v1"));
    return unwrap(wrapping, wrap, concat(repositoryId, domain, keyId));
  }

  private static byte[] unwrap(byte[] key, JsonNode wrap, byte[] data)
      throws GeneralSecurityException {
    byte[] wrapped = Base64.getDecoder().decode(wrap.get("wrapped").stringValue());
    return gcm(key, new byte[12], data, wrapped);
  }

  private static byte[] gcm(byte[] key, byte[] nonce, byte[] data, byte[] sealed)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(data);
    return cipher.doFinal(sealed);
  }

  private static byte[] nonce(long offset) {
    return ByteBuffer.allocate(12).putInt(0).putLong(offset).array();
  }

  /** RFC 5869, one block of output. */
  private static byte[] hkdf(byte[] key, byte[] salt, byte[] info) throws GeneralSecurityException {
    byte[] extracted = hmac(salt.length == 0 ? new byte[32] : salt, key);
    return hmac(extracted, concat(info, new byte[] {1}));
  }

  private static byte[] hmac(byte[] key, byte[] content) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(content);
  }

  private byte[] object(String key) {
    byte[] object = objects.get(key);
    require(object != null, key);
    return object == null ? new byte[0] : object;
  }

  private static byte[] take(ByteBuffer bytes, int length) {
    var taken = new byte[length];
    bytes.get(taken);
    return taken;
  }

  private static byte[] concat(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    var all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  private static byte[] uuid(String text) {
    return hex(text.replace("-", ""));
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not as the document says: " + what);
    }
  }
}
