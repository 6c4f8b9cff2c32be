package atoll.format.qcow2;

import atoll.format.MemoryFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A qcow2 file in few bytes: of each cluster the first 512, the rest of it is a hole. With clusters
 * of 512 bytes that is the file itself; with clusters of 2 MiB it lets a fuzzer change all that
 * matters.
 */
final class SpreadImage {
  private static final int PIECE_BYTES = 512;

  private SpreadImage() {}

  /** Fills a new file; the size of a cluster is what its header says, if that is possible. */
  static void fill(MemoryFile file, byte[] spread) {
    int clusterBits = Qcow2Format.CLUSTER_BITS_MIN;
    if (spread.length >= ImageBytes.CLUSTER_BITS + 4) {
      int said = ByteBuffer.wrap(spread).getInt(ImageBytes.CLUSTER_BITS);
      clusterBits = Math.clamp(said, Qcow2Format.CLUSTER_BITS_MIN, Qcow2Format.CLUSTER_BITS_MAX);
    }
    if (clusterBits == Qcow2Format.CLUSTER_BITS_MIN) {
      file.add(0, spread);
      return;
    }
    for (int at = 0; at < spread.length; at += PIECE_BYTES) {
      byte[] piece = Arrays.copyOfRange(spread, at, Math.min(at + PIECE_BYTES, spread.length));
      file.add(at == 0 ? 0 : (1L << clusterBits) - PIECE_BYTES, piece);
    }
  }

  /** What of an image {@link #fill} makes it from, or the like of it. */
  static byte[] of(ImageBytes image) {
    byte[] file = image.array();
    int clusterBytes = 1 << ByteBuffer.wrap(file).getInt(ImageBytes.CLUSTER_BITS);
    var spread = new ByteArrayOutputStream();
    for (int at = 0; at < file.length; at += clusterBytes) {
      spread.write(file, at, Math.min(PIECE_BYTES, file.length - at));
    }
    return spread.toByteArray();
  }
}
