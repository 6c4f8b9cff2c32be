package atoll.format.qcow2;

/**
 * Numbers of the qcow2 format.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Header", "Header extensions", "Cluster mapping"; the limits
 * are those of QEMU's block/qcow2.h.
 */
final class Qcow2Format {
  static final int MAGIC = 0x514649fb;

  static final int HEADER_BYTES_V2 = 72;
  static final int HEADER_BYTES_V3 = 104;

  static final int CLUSTER_BITS_MIN = 9;
  static final int CLUSTER_BITS_MAX = 21;
  static final int CLUSTER_BITS_MIN_EXTENDED_L2 = 14;
  static final int CLUSTER_BITS_DEFAULT = 16;

  /** QEMU counts the length of a disk in sectors of 512 bytes and cuts off what is over. */
  static final int SECTOR_BYTES = 512;

  static final int ENTRY_BYTES = 8;
  static final int SUBCLUSTERS = 32;

  static final long L1_BYTES_MAX = 32L << 20;
  static final long REFCOUNT_TABLE_BYTES_MAX = 8L << 20;
  static final int SNAPSHOTS_MAX = 65536;
  static final int SNAPSHOT_HEADER_BYTES = 40;
  static final int SNAPSHOT_TABLE_BYTES_MAX = 64 << 20;
  static final int SNAPSHOT_EXTRA_BYTES_MAX = 1024;
  static final int SNAPSHOT_ID_BYTES_MAX = 127;
  static final int SNAPSHOT_NAME_BYTES_MAX = 255;
  static final int BITMAPS_MAX = 65535;
  static final int BITMAPS_EXTENSION_BYTES = 24;
  static final long BITMAP_DIRECTORY_BYTES_MAX = 1024L * BITMAPS_MAX;
  static final int BITMAP_ENTRY_BYTES = 24;
  static final int BITMAP_NAME_BYTES_MAX = 1023;
  static final long BITMAP_TABLE_BYTES_MAX = 1L << 30;
  static final int BITMAP_GRANULARITY_BITS_MIN = 9;
  static final int BITMAP_GRANULARITY_BITS_MAX = 31;
  static final int BITMAP_TYPE_DIRTY_TRACKING = 1;
  static final long BITMAP_FLAG_IN_USE = 1;
  static final long BITMAP_FLAG_AUTO = 1 << 1;
  static final long BITMAP_FLAGS_KNOWN = (1 << 3) - 1;
  static final int REFCOUNT_ORDER_MAX = 6;
  static final int REFCOUNT_ORDER_16_BITS = 4;
  static final int BACKING_FILE_BYTES_MAX = 1023;
  static final int BACKING_FORMAT_BYTES_MAX = 15;

  static final long INCOMPATIBLE_DIRTY = 1;
  static final long INCOMPATIBLE_CORRUPT = 1 << 1;
  static final long INCOMPATIBLE_DATA_FILE = 1 << 2;
  static final long INCOMPATIBLE_COMPRESSION = 1 << 3;
  static final long INCOMPATIBLE_EXTENDED_L2 = 1 << 4;
  static final long INCOMPATIBLE_KNOWN = (1 << 5) - 1;
  static final long AUTOCLEAR_BITMAPS = 1;
  static final long AUTOCLEAR_RAW_DATA_FILE = 1 << 1;
  static final int COMPRESSION_ZSTD = 1;

  static final int EXTENSION_END = 0;
  static final int EXTENSION_BACKING_FORMAT = 0xe2792aca;
  static final int EXTENSION_BITMAPS = 0x23852875;
  static final int EXTENSION_FEATURE_NAMES = 0x6803f857;
  static final int EXTENSION_ENCRYPTION = 0x0537be77;

  /** The refcount of what the entry points to is exactly one. */
  static final long ENTRY_COPIED = 1L << 63;

  static final long ENTRY_COMPRESSED = 1L << 62;
  static final long ENTRY_ZERO = 1;
  static final long ENTRY_OFFSET = 0x00fffffffffffe00L;
  static final long L1_ENTRY_RESERVED = 0x7f000000000001ffL;
  static final long L2_ENTRY_RESERVED = 0x3f000000000001feL;

  private Qcow2Format() {}
}
