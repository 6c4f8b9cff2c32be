package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes the header of a new image: version 3, refcounts of 16 bits, no optional features.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Header" and "Header extensions".
 */
final class HeaderWriter {
  private static final String BACKING_FORMAT = "qcow2";

  /** Header, the backing format padded to 8 bytes, and the end of the extensions. */
  static final int BYTES_BEFORE_BACKING_FILE = HEADER_BYTES_V3 + (8 + 8) + 8;

  private HeaderWriter() {}

  /**
   * The header; where there is a backing file, with zeros up to the end of its cluster. QEMU writes
   * that cluster anew, all of it, when another file comes to lie beneath at the end of a merge. If
   * a full disk had no room for a part of it that had not been written before, the merge would fail
   * at a point where QEMU 7.2 does not survive that.
   */
  static ByteBuffer header(Qcow2Spec spec, Layout layout) {
    String backingFile = spec.backingFile();
    byte[] name = (backingFile == null ? "" : backingFile).getBytes(StandardCharsets.UTF_8);
    ByteBuffer header =
        ByteBuffer.allocate(backingFile == null ? BYTES_BEFORE_BACKING_FILE : spec.clusterBytes());
    header.putInt(MAGIC);
    header.putInt(3);
    header.putLong(backingFile == null ? 0 : BYTES_BEFORE_BACKING_FILE);
    header.putInt(name.length);
    header.putInt(spec.clusterBits());
    header.putLong(spec.sizeBytes());
    header.putInt(0); // crypt_method
    header.putInt(spec.l1Entries());
    header.putLong(layout.l1Offset());
    header.putLong(layout.refcountTableOffset());
    header.putInt((int) layout.refcountTableClusters());
    header.putInt(0); // nb_snapshots
    header.putLong(0); // snapshots_offset
    header.putLong(0); // incompatible_features
    header.putLong(0); // compatible_features
    header.putLong(0); // autoclear_features
    header.putInt(REFCOUNT_ORDER_16_BITS);
    header.putInt(HEADER_BYTES_V3);
    if (backingFile != null) {
      header.putInt(EXTENSION_BACKING_FORMAT);
      header.putInt(BACKING_FORMAT.length());
      header.put(BACKING_FORMAT.getBytes(StandardCharsets.US_ASCII));
      header.position(BYTES_BEFORE_BACKING_FILE);
      header.put(name);
    }
    return header.rewind();
  }
}
