package atoll.format.vhd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A VHD file with any content and any mistake, made straight from the specification and knowing
 * nothing of the program's own writer.
 */
final class VhdBytes {
  static final int SECTOR = 512;
  static final int HEADER = 512;
  static final int FIXED = 2;
  static final int DYNAMIC = 3;
  static final int DIFFERENCING = 4;

  private final int type;
  private final long sizeBytes;
  private final int blockBits;
  private final Map<Integer, byte[]> sectors = new TreeMap<>();
  private final TreeSet<Integer> blocks = new TreeSet<>();
  private final List<Map.Entry<Integer, byte[]>> locators = new ArrayList<>();
  private final byte[] parentName = new byte[512];
  private UUID id = new UUID(1, 2);
  private String creator = "tap\0";
  private int geometry;
  private UUID parentId = new UUID(0, 0);
  private int parentTime;
  private int tableOffset;
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  VhdBytes(int type, long sizeBytes, int blockBits) {
    this.type = type;
    this.sizeBytes = sizeBytes;
    this.blockBits = blockBits;
  }

  VhdBytes id(UUID newId) {
    id = newId;
    return this;
  }

  VhdBytes creator(String newCreator, int newGeometry) {
    creator = newCreator;
    geometry = newGeometry;
    return this;
  }

  VhdBytes parent(UUID newId, int timestamp, String name) {
    parentId = newId;
    parentTime = timestamp;
    byte[] text = name.getBytes(StandardCharsets.UTF_16BE);
    System.arraycopy(text, 0, parentName, 0, text.length);
    return this;
  }

  VhdBytes locator(String platform, byte[] data) {
    locators.add(
        Map.entry(ByteBuffer.wrap(platform.getBytes(StandardCharsets.US_ASCII)).getInt(), data));
    return this;
  }

  /** Gives a sector data, and its block a place. */
  VhdBytes put(int sector, byte[] data) {
    sectors.put(sector, data);
    return allocate((int) (((long) sector * SECTOR) >>> blockBits));
  }

  /** Gives a block a place. */
  VhdBytes allocate(int block) {
    blocks.add(block);
    return this;
  }

  boolean holds(int sector) {
    return type == FIXED || sectors.containsKey(sector);
  }

  byte[] sector(int sector) {
    return sectors.getOrDefault(sector, new byte[SECTOR]);
  }

  int sectorCount() {
    return Math.toIntExact(sizeBytes / SECTOR);
  }

  /** Puts the file together; what nobody should read is random. */
  VhdBytes build(Random random) {
    if (type == FIXED) {
      bytes = ByteBuffer.allocate(Math.toIntExact(sizeBytes) + SECTOR);
      sectors.forEach((sector, data) -> bytes.put(sector * SECTOR, data));
    } else {
      buildBlocks(random);
      footer(0);
      header();
    }
    footer(footerOffset());
    return seal();
  }

  private void buildBlocks(Random random) {
    int entries = (int) Math.ceilDiv(sizeBytes, 1L << blockBits) + random.nextInt(3);
    tableOffset = 1536 + locators.size() * SECTOR;
    int sectorsOfBlock = 1 << blockBits >>> 9;
    int bitmapBytes = roundUp(Math.ceilDiv(sectorsOfBlock, 8));
    int position = roundUp(tableOffset + 4 * entries);
    int stride = bitmapBytes + (1 << blockBits);
    int gaps = random.nextInt(3) * SECTOR;
    bytes = ByteBuffer.allocate(position + blocks.size() * (stride + gaps) + SECTOR);
    random.nextBytes(bytes.array());
    Arrays.fill(bytes.array(), tableOffset, tableOffset + 4 * entries, (byte) 0xff);
    List<Integer> order = new ArrayList<>(blocks);
    Collections.shuffle(order, random);
    for (int block : order) {
      bytes.putInt(tableOffset + 4 * block, position / SECTOR);
      Arrays.fill(bytes.array(), position, position + bitmapBytes, (byte) 0);
      for (int i = 0; i < sectorsOfBlock; i++) {
        int sector = block * sectorsOfBlock + i;
        if (sectors.containsKey(sector)) {
          int mask = 0x80 >>> (i % 8);
          bytes.put(position + i / 8, (byte) (bytes.get(position + i / 8) | mask));
          bytes.put(position + bitmapBytes + i * SECTOR, sector(sector));
        }
      }
      position += stride + gaps;
    }
  }

  private static int roundUp(int length) {
    return Math.ceilDiv(length, SECTOR) * SECTOR;
  }

  private void footer(int at) {
    Arrays.fill(bytes.array(), at, at + 512, (byte) 0);
    text(at, "conectix");
    int32(at + 8, 2).int32(at + 12, 0x00010000);
    bytes.putLong(at + 16, type == FIXED ? -1L : HEADER);
    int32(at + 24, 700_000_000);
    text(at + 28, creator);
    bytes.putLong(at + 40, sizeBytes).putLong(at + 48, sizeBytes);
    int32(at + 56, geometry).int32(at + 60, type);
    bytes.putLong(at + 68, id.getMostSignificantBits());
    bytes.putLong(at + 76, id.getLeastSignificantBits());
  }

  private void header() {
    Arrays.fill(bytes.array(), HEADER, HEADER + 1024, (byte) 0);
    text(HEADER, "cxsparse");
    bytes.putLong(HEADER + 8, -1L).putLong(HEADER + 16, tableOffset);
    int32(HEADER + 24, 0x00010000);
    int32(HEADER + 28, (int) Math.ceilDiv(sizeBytes, 1L << blockBits))
        .int32(HEADER + 32, 1 << blockBits);
    bytes.putLong(HEADER + 40, parentId.getMostSignificantBits());
    bytes.putLong(HEADER + 48, parentId.getLeastSignificantBits());
    int32(HEADER + 56, parentTime);
    bytes.put(HEADER + 64, parentName);
    for (int i = 0; i < locators.size(); i++) {
      int at = HEADER + 576 + 24 * i;
      byte[] data = locators.get(i).getValue();
      int32(at, locators.get(i).getKey()).int32(at + 4, 1).int32(at + 8, data.length);
      bytes.putLong(at + 16, 1536 + (long) i * SECTOR);
      bytes.put(1536 + i * SECTOR, data);
    }
  }

  /** Makes the checksums right. */
  VhdBytes seal() {
    checksum(footerOffset(), 512, 64);
    if (type != FIXED) {
      checksum(0, 512, 64);
      checksum(HEADER, 1024, 36);
    }
    return this;
  }

  private void checksum(int at, int length, int field) {
    int32(at + field, 0);
    int sum = 0;
    for (int i = at; i < at + length; i++) {
      sum += bytes.get(i) & 0xff;
    }
    int32(at + field, ~sum);
  }

  int footerOffset() {
    return bytes.capacity() - 512;
  }

  int tableOffset() {
    return tableOffset;
  }

  byte[] begin(int length) {
    return Arrays.copyOf(bytes.array(), length);
  }

  int length() {
    return bytes.capacity();
  }

  int int32(int offset) {
    return bytes.getInt(offset);
  }

  VhdBytes int32(int offset, int value) {
    bytes.putInt(offset, value);
    return this;
  }

  VhdBytes int64(int offset, long value) {
    bytes.putLong(offset, value);
    return this;
  }

  VhdBytes int8(int offset, int value) {
    bytes.put(offset, (byte) value);
    return this;
  }

  /** Changes a field of the footer and of its copy. */
  VhdBytes footerInt32(int field, int value) {
    if (type != FIXED) {
      int32(field, value);
    }
    return int32(footerOffset() + field, value);
  }

  VhdBytes footerInt64(int field, long value) {
    if (type != FIXED) {
      int64(field, value);
    }
    return int64(footerOffset() + field, value);
  }

  VhdBytes text(int offset, String text) {
    bytes.put(offset, text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  Path write(Path file) throws IOException {
    return Files.write(file, bytes.array());
  }
}
