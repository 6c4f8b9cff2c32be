package atoll.format.qcow2;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;

/**
 * A small image written by hand from the specification, to be broken in one place: header, refcount
 * table, refcount block, L1 table, two L2 tables, three clusters of data; a cluster each.
 */
final class ImageBytes {
  static final int BACKING_FILE_OFFSET = 8;
  static final int BACKING_FILE_SIZE = 16;
  static final int CLUSTER_BITS = 20;
  static final int SIZE = 24;
  static final int CRYPT_METHOD = 32;
  static final int L1_SIZE = 36;
  static final int L1_OFFSET = 40;
  static final int REFCOUNT_OFFSET = 48;
  static final int REFCOUNT_CLUSTERS = 56;
  static final int SNAPSHOTS = 60;
  static final int SNAPSHOTS_OFFSET = 64;
  static final int INCOMPATIBLE = 72;
  static final int COMPATIBLE = 80;
  static final int AUTOCLEAR = 88;
  static final int REFCOUNT_ORDER = 96;
  static final int HEADER_LENGTH = 100;
  static final int COMPRESSION_TYPE = 104;
  static final int EXTENSIONS = 112;

  static final long COPIED = 1L << 63;
  static final long COMPRESSED = 1L << 62;

  /** The names that {@link #text} and the like use count clusters of the file. */
  static final int L1 = 3;

  static final int L2 = 4;
  static final int SECOND_L2 = 5;
  static final int DATA = 6;
  private static final int CLUSTERS = 9;

  static final int BITMAP_DIRECTORY = CLUSTERS;
  static final int SNAPSHOT_TABLE = CLUSTERS;
  static final int SNAPSHOT_L1 = CLUSTERS + 1;
  static final int SNAPSHOT_L2 = CLUSTERS + 2;
  static final int SNAPSHOT_DATA = CLUSTERS + 3;
  static final int SECOND_SNAPSHOT_L1 = CLUSTERS + 4;

  private final ByteBuffer bytes;
  private final int clusterBytes;

  private ImageBytes(int version, int clusterBits) {
    this(version, clusterBits, CLUSTERS);
  }

  private ImageBytes(int version, int clusterBits, int clusters) {
    clusterBytes = 1 << clusterBits;
    bytes = ByteBuffer.allocate(clusters << clusterBits);
    int32(0, 0x514649fb).int32(4, version).int32(CLUSTER_BITS, clusterBits);
    int32(L1_SIZE, 2).int64(L1_OFFSET, at(L1));
    int64(REFCOUNT_OFFSET, at(1)).int32(REFCOUNT_CLUSTERS, 1);
    if (version >= 3) {
      int32(REFCOUNT_ORDER, 4).int32(HEADER_LENGTH, 112);
    }
    int64(at(1), at(2));
    for (int cluster = 0; cluster < clusters; cluster++) {
      bytes.putShort(at(2) + 2 * cluster, (short) 1);
    }
    int64(at(L1), at(L2) | COPIED).int64(at(L1) + 8, at(SECOND_L2) | COPIED);
    for (int cluster = DATA; cluster < clusters; cluster++) {
      Arrays.fill(bytes.array(), at(cluster), at(cluster + 1), (byte) cluster);
    }
  }

  /**
   * A disk of 96 clusters of 512 bytes. The first L2 table maps 64 of them: 0 and 1 to data, 5 to
   * zeros (in version 3); the second one maps cluster 64 to data.
   */
  static ImageBytes standard(int version) {
    var image = new ImageBytes(version, 9);
    image.int64(SIZE, 96 * 512);
    image.int64(image.entry(L2, 0), image.at(DATA) | COPIED);
    image.int64(image.entry(L2, 1), image.at(DATA + 1) | COPIED);
    image.int64(image.entry(L2, 5), version >= 3 ? 1 : 0);
    image.int64(image.entry(SECOND_L2, 0), image.at(DATA + 2) | COPIED);
    return image;
  }

  /**
   * The same with extended entries: 1030 clusters of 16 KiB, 1024 to a table, in subclusters of 512
   * bytes. Of cluster 0 the first is data and the second zero; 1 is data in whole; 5 is zero.
   */
  static ImageBytes extended() {
    var image = new ImageBytes(3, 14);
    image.int64(SIZE, 1030 << 14).int64(INCOMPATIBLE, 1 << 4);
    image.int64(image.entry(L2, 0), image.at(DATA) | COPIED);
    image.int64(image.entry(L2, 0) + 8, 2L << 32 | 1);
    image.int64(image.entry(L2, 2), image.at(DATA + 1) | COPIED);
    image.int64(image.entry(L2, 2) + 8, 0xffffffffL);
    image.int64(image.entry(L2, 10) + 8, 0xffffffffL << 32);
    image.int64(image.entry(SECOND_L2, 0), image.at(DATA + 2) | COPIED);
    image.int64(image.entry(SECOND_L2, 0) + 8, 0xffffffffL);
    return image;
  }

  /**
   * A disk of 70 clusters of 512 bytes: 0 to 3 are compressed, one behind the other from the middle
   * of a sector on; cluster 64 is plain data.
   */
  static ImageBytes compressed(int version, CompressionType type) {
    var image = new ImageBytes(version, 9, CLUSTERS + 3);
    image.int64(SIZE, 70 * 512);
    if (type == CompressionType.ZSTD) {
      image.int64(INCOMPATIBLE, 8).int8(COMPRESSION_TYPE, 1);
    }
    int end = image.at(DATA) + 100;
    for (int cluster = 0; cluster < 4; cluster++) {
      end = image.compress(image.entry(L2, cluster), end, type, letters(cluster, 512));
    }
    return image.int64(image.entry(SECOND_L2, 0), image.at(CLUSTERS + 2) | COPIED);
  }

  /** The same with extended entries: 0 and 1 are compressed, across clusters of the file. */
  static ImageBytes extendedCompressed() {
    var image = new ImageBytes(3, 14);
    image.int64(SIZE, 1030 << 14).int64(INCOMPATIBLE, 1 << 4);
    int end = image.at(DATA) + 12345;
    for (int cluster = 0; cluster < 2; cluster++) {
      byte[] content = letters(cluster, 1 << 14);
      end = image.compress(image.entry(L2, 2 * cluster), end, CompressionType.ZLIB, content);
    }
    return image;
  }

  /**
   * Like {@link #standard} with two internal snapshots, of ids 1 and 2. When the first was taken
   * disk cluster 1 was other data and 5 was absent; the second has a disk of 70 clusters and all as
   * it is now.
   */
  static ImageBytes withInternalSnapshots() {
    var image = new ImageBytes(3, 9, CLUSTERS + 5);
    image
        .int64(SIZE, 96 * 512)
        .int32(SNAPSHOTS, 2)
        .int64(SNAPSHOTS_OFFSET, image.at(SNAPSHOT_TABLE));
    image.int64(image.entry(L2, 0), image.at(DATA));
    image.int64(image.entry(L2, 1), image.at(DATA + 1) | COPIED);
    image.int64(image.entry(L2, 5), 1);
    image.int64(image.entry(SECOND_L2, 0), image.at(DATA + 2));
    for (int cluster : new int[] {SNAPSHOT_TABLE, SNAPSHOT_L1, SNAPSHOT_L2, SECOND_SNAPSHOT_L1}) {
      Arrays.fill(image.array(), image.at(cluster), image.at(cluster + 1), (byte) 0);
    }
    image.int64(image.entry(SNAPSHOT_L1, 0), image.at(SNAPSHOT_L2) | COPIED);
    image.int64(image.entry(SNAPSHOT_L1, 1), image.at(SECOND_L2));
    image.int64(image.entry(SNAPSHOT_L2, 0), image.at(DATA) | COPIED);
    image.int64(image.entry(SNAPSHOT_L2, 1), image.at(SNAPSHOT_DATA));
    image.int64(image.entry(SECOND_SNAPSHOT_L1, 0), image.at(L2));
    image.int64(image.entry(SECOND_SNAPSHOT_L1, 1), image.at(SECOND_L2));
    int next = image.at(SNAPSHOT_TABLE);
    next = image.snapshotEntry(next, SNAPSHOT_L1, "1", "the first", 96 * 512);
    image.snapshotEntry(next, SECOND_SNAPSHOT_L1, "2", "", 70 * 512);
    return image;
  }

  /** The result is where the next entry belongs. */
  private int snapshotEntry(int offset, int l1, String id, String name, int sizeBytes) {
    int64(offset, at(l1)).int32(offset + 8, 2);
    int32(offset + 12, id.length() << 16 | name.length());
    int32(offset + 16, 1_700_000_000).int32(offset + 20, 123_000_000);
    int64(offset + 24, 3_500_000_000L).int32(offset + 32, 77).int32(offset + 36, 24);
    int64(offset + 40, 5L << 30).int64(offset + 48, sizeBytes).int64(offset + 56, -1);
    text(offset + 64, id + name);
    return offset + 64 + ((id.length() + name.length() + 7) & ~7);
  }

  /**
   * Like {@link #standard} with two bitmaps: {@code day} with an entry of 32 bytes, and another.
   */
  static ImageBytes withBitmaps() {
    var image = new ImageBytes(3, 9, CLUSTERS + 2);
    image.int64(SIZE, 96 * 512).int64(AUTOCLEAR, 1);
    int directory = image.at(BITMAP_DIRECTORY);
    Arrays.fill(image.array(), directory, directory + 512, (byte) 0);
    image.int32(EXTENSIONS, 0x23852875).int32(EXTENSIONS + 4, 24);
    image.int32(EXTENSIONS + 8, 2).int64(EXTENSIONS + 16, 72).int64(EXTENSIONS + 24, directory);
    image.int64(directory, image.at(CLUSTERS + 1)).int32(directory + 8, 1).int32(directory + 12, 2);
    image.int32(directory + 16, 1 << 24 | 16 << 16 | 3).text(directory + 24, "day");
    directory += 32;
    image.int64(directory, image.at(CLUSTERS + 1)).int32(directory + 8, 1).int32(directory + 12, 1);
    image.int32(directory + 16, 1 << 24 | 9 << 16 | 9).text(directory + 24, "the other");
    return image;
  }

  /** Content that can be made about half as long. */
  static byte[] letters(int seed, int length) {
    var random = new Random(seed);
    var letters = new byte[length];
    for (int i = 0; i < length; i++) {
      letters[i] = (byte) ('a' + random.nextInt(16));
    }
    return letters;
  }

  /** Puts compressed content at {@code offset} and an entry for it; the result is where it ends. */
  int compress(int entry, int offset, CompressionType type, byte[] content) {
    byte[] data = type == CompressionType.ZSTD ? Zstd.compress(content) : deflate(content);
    return compressed(entry, offset, data);
  }

  /** Puts compressed data at {@code offset} and an entry for them; the result is where they end. */
  int compressed(int entry, int offset, byte[] data) {
    bytes.put(offset, data);
    int last = offset + data.length - 1;
    int shift = 62 - (Integer.numberOfTrailingZeros(clusterBytes) - 8);
    int64(entry, COMPRESSED | (long) (last / 512 - offset / 512) << shift | offset);
    return last + 1;
  }

  private static byte[] deflate(byte[] content) {
    try (var deflater = new Deflater(9, true)) {
      deflater.setInput(content);
      deflater.finish();
      var data = new byte[2 * content.length + 16];
      return Arrays.copyOf(data, deflater.deflate(data));
    }
  }

  /** Where a cluster of the file begins. */
  int at(int cluster) {
    return cluster * clusterBytes;
  }

  /** Where a 64-bit word of a table lies. */
  int entry(int cluster, int word) {
    return at(cluster) + 8 * word;
  }

  long int64(int offset) {
    return bytes.getLong(offset);
  }

  ImageBytes int8(int offset, int value) {
    bytes.put(offset, (byte) value);
    return this;
  }

  ImageBytes int32(int offset, int value) {
    bytes.putInt(offset, value);
    return this;
  }

  ImageBytes int64(int offset, long value) {
    bytes.putLong(offset, value);
    return this;
  }

  ImageBytes text(int offset, String text) {
    bytes.put(offset, text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /** Puts a backing file name at the end of the first cluster. */
  ImageBytes backingFile(String name) {
    int offset = clusterBytes - name.length();
    return int64(BACKING_FILE_OFFSET, offset)
        .int32(BACKING_FILE_SIZE, name.length())
        .text(offset, name);
  }

  /** Puts a header extension at a place. */
  ImageBytes extension(int offset, int type, String content) {
    return int32(offset, type).int32(offset + 4, content.length()).text(offset + 8, content);
  }

  ImageBytes backingFormat(String format) {
    return extension(EXTENSIONS, 0xe2792aca, format);
  }

  byte[] array() {
    return bytes.array();
  }

  Path write(Path file) throws IOException {
    return Files.write(file, bytes.array());
  }
}
