package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import org.jspecify.annotations.Nullable;

/**
 * What the header of an image says, checked.
 *
 * @param version 2 or 3
 * @param clusterBits 9 to 21: a cluster has 2 to the power of this bytes
 * @param sizeBytes length of the disk, a multiple of 512
 * @param l1 the active L1 table, long enough for the disk
 * @param compression of compressed clusters, if there are any
 * @param internalSnapshots where they are described
 * @param bitmaps where the persistent dirty bitmaps are described, if there are any
 * @param backingFile as it is written there; never empty
 */
record Qcow2Header(
    int version,
    int clusterBits,
    long sizeBytes,
    L1Location l1,
    boolean extendedL2,
    CompressionType compression,
    InternalSnapshotTable internalSnapshots,
    @Nullable BitmapDirectory bitmaps,
    @Nullable String backingFile,
    @Nullable String backingFormat) {

  /**
   * Where an L1 table lies in the file: that of the disk, or of an internal snapshot.
   *
   * @param entries may be more than the disk needs: machine state is mapped behind it
   */
  record L1Location(long offsetBytes, int entries) {}

  /** Where the internal snapshots are described; the table is at least 40 bytes an entry long. */
  record InternalSnapshotTable(long offsetBytes, int entries) {}

  /** Where the persistent dirty bitmaps are described; at least 24 bytes each. */
  record BitmapDirectory(long offsetBytes, long lengthBytes, int entries) {}

  /** The same file with another disk in it, such as an internal snapshot. */
  Qcow2Header withDisk(long otherSizeBytes, L1Location otherL1) {
    return new Qcow2Header(
        version,
        clusterBits,
        otherSizeBytes,
        otherL1,
        extendedL2,
        compression,
        internalSnapshots,
        bitmaps,
        backingFile,
        backingFormat);
  }

  int clusterBytes() {
    return 1 << clusterBits;
  }

  /** Where the data of a compressed cluster begin in the file; seldom at the begin of a sector. */
  long compressedOffset(long entry) {
    return entry & ((1L << compressedSizeShift()) - 1);
  }

  /**
   * How long the data of a compressed cluster are at most, up to the end of their last sector; that
   * may be the begin of the next one's data.
   */
  int compressedBytes(long entry) {
    long descriptor = entry & ~(ENTRY_COMPRESSED | ENTRY_COPIED);
    int sectors = 1 + (int) (descriptor >>> compressedSizeShift());
    return sectors * SECTOR_BYTES - (int) (entry & (SECTOR_BYTES - 1));
  }

  private int compressedSizeShift() {
    return 62 - (clusterBits - 8);
  }

  /** An entry of an L2 table has one or two 64-bit words. */
  int l2EntryWords() {
    return extendedL2 ? 2 : 1;
  }

  /** One L2 table maps 2 to the power of this bytes of the disk. */
  int l2CoverageBits() {
    return l2CoverageBits(clusterBits, extendedL2);
  }

  /** How many L2 tables, and so L1 entries, a disk needs. */
  static long l1Entries(long sizeBytes, int clusterBits, boolean extendedL2) {
    return Math.ceilDiv(sizeBytes, 1L << l2CoverageBits(clusterBits, extendedL2));
  }

  private static int l2CoverageBits(int clusterBits, boolean extendedL2) {
    return clusterBits + clusterBits - (extendedL2 ? 4 : 3);
  }
}
