package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import atoll.format.qcow2.Qcow2Header.BitmapDirectory;
import atoll.format.qcow2.Qcow2Header.InternalSnapshotTable;
import atoll.format.qcow2.Qcow2Header.L1Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of an image and refuses, by name of the field, what the format does not allow.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Header" and "Additional fields"; the limits follow
 * qcow2_do_open() in QEMU's block/qcow2.c.
 */
final class HeaderReader {
  private final MetadataBytes header;
  private final TableBounds bounds;
  private final int version;
  private final int clusterBits;
  private final int clusterBytes;
  private final int headerBytes;
  private final HeaderExtensions extensions;

  private HeaderReader(MetadataBytes header, long fileBytes) throws IOException {
    this.header = header;
    this.version = header.int32(4);
    this.clusterBits = header.int32(20);
    this.clusterBytes = 1 << clusterBits;
    this.bounds = new TableBounds(header.file(), fileBytes, clusterBytes);
    this.headerBytes = version == 2 ? HEADER_BYTES_V2 : headerLength();
    this.extensions = HeaderExtensions.read(header, headerBytes, extensionsEnd());
  }

  static Qcow2Header read(ImageFile file) throws IOException {
    if (file.sizeBytes() < HEADER_BYTES_V2) {
      throw new CorruptImageException(file.path(), "file", "is too short for a qcow2 header");
    }
    int clusterBytes = 1 << clusterBits(read(file, HEADER_BYTES_V2));
    if (file.sizeBytes() < clusterBytes) {
      throw new CorruptImageException(file.path(), "file", "is shorter than its first cluster");
    }
    return new HeaderReader(read(file, clusterBytes), file.sizeBytes()).header();
  }

  private static MetadataBytes read(ImageFile file, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    file.read(0, bytes);
    return new MetadataBytes(file.path(), bytes.flip());
  }

  private static int clusterBits(MetadataBytes header) throws IOException {
    if (header.int32(0) != MAGIC) {
      throw header.corrupt("magic", "is not that of qcow2");
    }
    long version = header.uint32(4);
    if (version != 2 && version != 3) {
      throw header.corrupt("version", "is " + version + ", not 2 or 3");
    }
    long clusterBits = header.uint32(20);
    if (clusterBits < CLUSTER_BITS_MIN || clusterBits > CLUSTER_BITS_MAX) {
      throw header.corrupt("cluster_bits", "is " + clusterBits + ", not 9 to 21");
    }
    return (int) clusterBits;
  }

  private int headerLength() throws IOException {
    long length = header.uint32(100);
    if (length < HEADER_BYTES_V3 || length % 8 != 0 || length > clusterBytes) {
      throw header.corrupt("header_length", "is " + length);
    }
    return (int) length;
  }

  /** Extensions end at the latest where the backing file name begins. */
  private int extensionsEnd() {
    long backingFile = header.int64(8);
    boolean inCluster = backingFile > 0 && backingFile < clusterBytes;
    return inCluster ? (int) backingFile : clusterBytes;
  }

  private Qcow2Header header() throws IOException {
    boolean extendedL2 = version >= 3 && checkFeatures();
    checkRefcounts();
    checkEncryption();
    return new Qcow2Header(
        version,
        clusterBits,
        diskBytes(),
        activeL1(extendedL2),
        extendedL2,
        compression(),
        internalSnapshots(),
        bitmaps(),
        backingFile(),
        extensions.backingFormat());
  }

  /** Whether L2 entries are extended; every other incompatible feature is checked or refused. */
  private boolean checkFeatures() throws IOException {
    long incompatible = header.int64(72);
    long unknown = incompatible & ~INCOMPATIBLE_KNOWN;
    if (unknown != 0) {
      throw header.corrupt("incompatible_features", "asks for " + extensions.featureNames(unknown));
    }
    // The dirty bit is harmless: it says that refcounts may be wrong, and no reader needs them.
    if ((incompatible & INCOMPATIBLE_CORRUPT) != 0) {
      throw header.corrupt("incompatible_features", "marks the image as corrupt");
    }
    if ((incompatible & INCOMPATIBLE_DATA_FILE) != 0) {
      throw header.corrupt("incompatible_features", "asks for an external data file");
    }
    if ((header.int64(88) & AUTOCLEAR_RAW_DATA_FILE) != 0) {
      throw header.corrupt("autoclear_features", "speaks of a raw external data file");
    }
    checkCompressionType((incompatible & INCOMPATIBLE_COMPRESSION) != 0);
    boolean extendedL2 = (incompatible & INCOMPATIBLE_EXTENDED_L2) != 0;
    if (extendedL2 && clusterBits < CLUSTER_BITS_MIN_EXTENDED_L2) {
      throw header.corrupt(
          "cluster_bits", "is " + clusterBits + ", too small for extended L2 entries");
    }
    return extendedL2;
  }

  private void checkCompressionType(boolean notZlib) throws IOException {
    int type = compressionType();
    if (type > COMPRESSION_ZSTD || notZlib != (type != 0)) {
      throw header.corrupt("compression_type", "is " + type);
    }
  }

  private CompressionType compression() {
    return compressionType() == COMPRESSION_ZSTD ? CompressionType.ZSTD : CompressionType.ZLIB;
  }

  private int compressionType() {
    return headerBytes > HEADER_BYTES_V3 ? Byte.toUnsignedInt(header.uint8(104)) : 0;
  }

  /** Reading needs no refcounts, but a table that is wrong says that more may be wrong. */
  private void checkRefcounts() throws IOException {
    long order = version == 2 ? REFCOUNT_ORDER_16_BITS : header.uint32(96);
    if (order > REFCOUNT_ORDER_MAX) {
      throw header.corrupt("refcount_order", "is " + order);
    }
    if (refcountTableBytes() == 0) {
      throw header.corrupt("refcount_table_clusters", "is 0");
    }
    bounds.check(
        "refcount_table_offset", header.int64(48), refcountTableBytes(), REFCOUNT_TABLE_BYTES_MAX);
  }

  private long refcountTableBytes() {
    return header.uint32(56) << clusterBits;
  }

  private void checkEncryption() throws IOException {
    long method = header.uint32(32);
    if (method != 0) {
      throw header.corrupt("crypt_method", "is " + method + ": encryption is not supported");
    }
    if (extensions.has(EXTENSION_ENCRYPTION)) {
      throw header.corrupt("header extension", "is that of encryption, crypt_method says none");
    }
  }

  private InternalSnapshotTable internalSnapshots() throws IOException {
    long snapshots = header.uint32(60);
    if (snapshots > SNAPSHOTS_MAX) {
      throw header.corrupt("nb_snapshots", "is " + snapshots);
    }
    long shortestBytes = snapshots * SNAPSHOT_HEADER_BYTES;
    bounds.check("snapshots_offset", header.int64(64), shortestBytes, shortestBytes);
    return new InternalSnapshotTable(header.int64(64), (int) snapshots);
  }

  /**
   * Who writes without a thought for bitmaps clears the feature: then they are not true any more.
   */
  private @Nullable BitmapDirectory bitmaps() throws IOException {
    MetadataBytes extension = extensions.bitmaps();
    if (extension == null || version < 3 || (header.int64(88) & AUTOCLEAR_BITMAPS) == 0) {
      return null;
    }
    if (extension.length() != BITMAPS_EXTENSION_BYTES) {
      throw header.corrupt("bitmaps extension", "is " + extension.length() + " bytes long");
    }
    long bitmaps = extension.uint32(0);
    if (bitmaps < 1 || bitmaps > BITMAPS_MAX) {
      throw header.corrupt("nb_bitmaps", "is " + bitmaps);
    }
    long directoryBytes = extension.int64(8);
    if (directoryBytes < bitmaps * BITMAP_ENTRY_BYTES) {
      throw header.corrupt("bitmap_directory_size", "is " + Long.toUnsignedString(directoryBytes));
    }
    bounds.check(
        "bitmap_directory_offset", extension.int64(16), directoryBytes, BITMAP_DIRECTORY_BYTES_MAX);
    return new BitmapDirectory(extension.int64(16), directoryBytes, (int) bitmaps);
  }

  private long diskBytes() throws IOException {
    long sizeBytes = header.int64(24);
    if (sizeBytes < 0) {
      throw header.corrupt("size", "is " + Long.toUnsignedString(sizeBytes) + ", too large");
    }
    if (sizeBytes % SECTOR_BYTES != 0) {
      throw header.corrupt("size", "is " + sizeBytes + ", not a multiple of 512");
    }
    return sizeBytes;
  }

  private L1Location activeL1(boolean extendedL2) throws IOException {
    long entries = header.uint32(36);
    long offset = header.int64(40);
    bounds.check("l1_table_offset", offset, entries * ENTRY_BYTES, L1_BYTES_MAX);
    checkApartFromRefcounts(offset, entries * ENTRY_BYTES);
    long needed = Qcow2Header.l1Entries(diskBytes(), clusterBits, extendedL2);
    if (entries < needed) {
      throw header.corrupt("l1_size", "is " + entries + ", the disk needs " + needed);
    }
    return new L1Location(offset, (int) entries);
  }

  private void checkApartFromRefcounts(long l1Offset, long l1Bytes) throws IOException {
    long refcounts = header.int64(48);
    if (l1Offset < refcounts + refcountTableBytes() && refcounts < l1Offset + l1Bytes) {
      throw header.corrupt("l1_table_offset", "is " + l1Offset + ", within the refcount table");
    }
  }

  private @Nullable String backingFile() throws IOException {
    long offset = header.int64(8);
    if (offset == 0) {
      return null;
    }
    if (offset < headerBytes || offset > clusterBytes) {
      throw header.corrupt(
          "backing_file_offset",
          "is " + Long.toUnsignedString(offset) + ", not behind the header in the first cluster");
    }
    long length = header.uint32(16);
    if (length > BACKING_FILE_BYTES_MAX || length > clusterBytes - offset) {
      throw header.corrupt("backing_file_size", "is " + length + ", too long");
    }
    // QEMU, too, takes an empty name for none.
    return length == 0 ? null : header.text("backing file name", (int) offset, (int) length);
  }
}
