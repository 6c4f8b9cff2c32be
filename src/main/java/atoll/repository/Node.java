package atoll.repository;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One node of a pointer table: up to 256 children, some of which are there. Immutable; keeps the
 * bytes it was read from, a third of what objects would take.
 *
 * <p>Source: docs/repository-format.md, "Pointer table".
 */
final class Node {
  static final int FAN_OUT = 256;

  /** The longest a stored node can be. */
  static final int BYTES_MAX = 4 + FAN_OUT * 32 + 32 + FAN_OUT * 44;

  private static final int PACK_BYTES = 32;
  private static final int CHILD_BYTES = 44;
  private static final int BITMAP_BYTES = FAN_OUT / 8;

  private final int level;
  private final ByteBuffer bytes;
  private final int packs;

  private Node(int level, ByteBuffer bytes, int packs) {
    this.level = level;
    this.bytes = bytes;
    this.packs = packs;
  }

  /**
   * Reads a stored node and checks all of it.
   *
   * @param chunkSizeBytes what the children of level 0 decode to
   * @throws IllegalArgumentException if it is not a node of this level
   */
  static Node parse(byte[] stored, int level, int chunkSizeBytes) {
    var bytes = ByteBuffer.wrap(stored);
    require(stored.length > 4 + PACK_BYTES + BITMAP_BYTES, "length", stored.length);
    require(bytes.get(0) == level, "level", bytes.get(0));
    require(bytes.get(1) == 0, "reserved byte", bytes.get(1));
    int packs = Short.toUnsignedInt(bytes.getShort(2));
    require(packs >= 1 && packs <= FAN_OUT, "number of packs", packs);
    var node = new Node(level, bytes, packs);
    require(stored.length > node.childrenStart(), "length", stored.length);
    int children = node.rank(FAN_OUT);
    require(
        stored.length == node.childrenStart() + children * CHILD_BYTES, "length", stored.length);
    int plainMax = level == 0 ? chunkSizeBytes : BYTES_MAX;
    for (int i = 0; i < children; i++) {
      node.checkChild(node.childrenStart() + i * CHILD_BYTES, plainMax);
    }
    return node;
  }

  private void checkChild(int at, int plainMax) {
    int pack = Short.toUnsignedInt(bytes.getShort(at + 32));
    require(pack < packs, "pack of a child", pack);
    require(bytes.get(at + 35) == 0, "reserved byte of a child", bytes.get(at + 35));
    int length = bytes.getInt(at + 40);
    require(length <= plainMax + RecordCipher.TAG_BYTES, "length of a child", length);
    placeAt(at);
  }

  private static void require(boolean holds, String field, int found) {
    if (!holds) {
      throw new IllegalArgumentException(field + " " + found);
    }
  }

  /** The node as it is stored; it has at least one child. */
  static byte[] encode(int level, @Nullable Reference[] children) {
    Map<ObjectId, Integer> packs = new LinkedHashMap<>();
    var packBytes = ByteBuffer.allocate(FAN_OUT * PACK_BYTES);
    var childBytes = ByteBuffer.allocate(FAN_OUT * CHILD_BYTES);
    var bitmap = new byte[BITMAP_BYTES];
    for (int i = 0; i < FAN_OUT; i++) {
      Reference child = children[i];
      if (child == null) {
        continue;
      }
      mark(bitmap, i);
      Place place = child.place();
      Integer pack = packs.get(place.pack());
      if (pack == null) {
        pack = packs.size();
        packs.put(place.pack(), pack);
        place.pack().writeTo(packBytes);
        place.key().writeTo(packBytes);
      }
      child.digest().writeTo(childBytes);
      childBytes.putShort(pack.shortValue()).put((byte) place.encoding()).put((byte) 0);
      childBytes.putInt((int) place.offsetBytes()).putInt(place.lengthBytes());
    }
    var bytes =
        ByteBuffer.allocate(4 + packBytes.position() + BITMAP_BYTES + childBytes.position());
    bytes.put((byte) level).put((byte) 0).putShort((short) packs.size());
    bytes.put(packBytes.flip()).put(bitmap).put(childBytes.flip());
    return bytes.array();
  }

  /** The digest of a node: its level, which children are there, and theirs. */
  static Digest digest(Sha256 sha256, int level, @Nullable Reference[] children) {
    var bytes = ByteBuffer.allocate(13 + 1 + BITMAP_BYTES + FAN_OUT * Digest.BYTES);
    bytes.put(ObjectNames.data("atoll node v1")).put((byte) level);
    var bitmap = new byte[BITMAP_BYTES];
    int bitmapStart = bytes.position();
    bytes.position(bitmapStart + BITMAP_BYTES);
    for (int i = 0; i < FAN_OUT; i++) {
      Reference child = children[i];
      if (child != null) {
        mark(bitmap, i);
        child.digest().writeTo(bytes);
      }
    }
    bytes.put(bitmapStart, bitmap);
    return sha256.digest(bytes.array(), 0, bytes.position());
  }

  private static void mark(byte[] bitmap, int child) {
    bitmap[child / 8] |= (byte) (0x80 >> (child % 8));
  }

  int level() {
    return level;
  }

  boolean has(int child) {
    return (bytes.get(bitmapStart() + child / 8) & (0x80 >> (child % 8))) != 0;
  }

  /** A child, or nothing where there are but zeros. */
  @Nullable Reference child(int child) {
    if (!has(child)) {
      return null;
    }
    int at = childrenStart() + rank(child) * CHILD_BYTES;
    return new Reference(Digest.read(bytes.slice(at, Digest.BYTES)), placeAt(at));
  }

  /** All 256 children. */
  @Nullable Reference[] children() {
    var children = new @Nullable Reference[FAN_OUT];
    int at = childrenStart();
    for (int i = 0; i < FAN_OUT; i++) {
      if (has(i)) {
        children[i] = new Reference(Digest.read(bytes.slice(at, Digest.BYTES)), placeAt(at));
        at += CHILD_BYTES;
      }
    }
    return children;
  }

  /** The children that are there. */
  List<Reference> present() {
    return Arrays.stream(children()).filter(Objects::nonNull).toList();
  }

  private Place placeAt(int at) {
    int pack = 4 + Short.toUnsignedInt(bytes.getShort(at + 32)) * PACK_BYTES;
    return new Place(
        new ObjectId(bytes.getLong(pack), bytes.getLong(pack + 8)),
        new ObjectId(bytes.getLong(pack + 16), bytes.getLong(pack + 24)),
        Integer.toUnsignedLong(bytes.getInt(at + 36)),
        bytes.getInt(at + 40),
        bytes.get(at + 34));
  }

  /** How many children are there before {@code child}. */
  private int rank(int child) {
    int rank = 0;
    for (int i = 0; i < child / 8; i++) {
      rank += Integer.bitCount(bytes.get(bitmapStart() + i) & 0xFF);
    }
    if (child % 8 != 0) {
      int last = bytes.get(bitmapStart() + child / 8) & 0xFF;
      rank += Integer.bitCount(last >>> (8 - child % 8));
    }
    return rank;
  }

  private int bitmapStart() {
    return 4 + packs * PACK_BYTES;
  }

  private int childrenStart() {
    return bitmapStart() + BITMAP_BYTES;
  }
}
