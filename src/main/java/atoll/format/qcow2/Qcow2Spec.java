package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a new image is to be.
 *
 * @param sizeBytes length of the disk, a positive multiple of 512
 * @param clusterBits 9 to 21; 16 unless there is a reason
 * @param backingFile the qcow2 file beneath it, at best relative to its folder, or none
 */
public record Qcow2Spec(long sizeBytes, int clusterBits, @Nullable String backingFile) {
  public Qcow2Spec {
    if (sizeBytes <= 0 || sizeBytes % SECTOR_BYTES != 0) {
      throw new IllegalArgumentException("disk of " + sizeBytes + " bytes");
    }
    if (clusterBits < CLUSTER_BITS_MIN || clusterBits > CLUSTER_BITS_MAX) {
      throw new IllegalArgumentException("clusterBits " + clusterBits);
    }
    if (Qcow2Header.l1Entries(sizeBytes, clusterBits, false) > L1_BYTES_MAX / ENTRY_BYTES) {
      throw new IllegalArgumentException(
          "disk of " + sizeBytes + " bytes in clusters of 2^" + clusterBits);
    }
    if (backingFile != null) {
      checkBackingFile(backingFile, clusterBits);
    }
  }

  /**
   * Requires that a backing file may have this name.
   *
   * @throws IllegalArgumentException if not
   */
  static void checkBackingFile(String name, int clusterBits) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    int room = (1 << clusterBits) - HeaderWriter.BYTES_BEFORE_BACKING_FILE;
    if (length == 0 || length > Math.min(room, BACKING_FILE_BYTES_MAX)) {
      throw new IllegalArgumentException("backing file name of " + length + " bytes");
    }
    if (name.indexOf('\0') >= 0 || Qcow2Chain.hasProtocol(name)) {
      throw new IllegalArgumentException("backing file name '" + name + "'");
    }
  }

  /** An image of its own with clusters of 64 KiB. */
  public static Qcow2Spec ofSize(long sizeBytes) {
    return new Qcow2Spec(sizeBytes, CLUSTER_BITS_DEFAULT, null);
  }

  /** The same, over a qcow2 file. */
  public Qcow2Spec over(String newBackingFile) {
    return new Qcow2Spec(sizeBytes, clusterBits, newBackingFile);
  }

  int clusterBytes() {
    return 1 << clusterBits;
  }

  /** How many clusters the disk has; the last may be used in part. */
  long clusters() {
    return Math.ceilDiv(sizeBytes, (long) clusterBytes());
  }

  int l1Entries() {
    return (int) Qcow2Header.l1Entries(sizeBytes, clusterBits, false);
  }

  int l2Entries() {
    return clusterBytes() / ENTRY_BYTES;
  }
}
