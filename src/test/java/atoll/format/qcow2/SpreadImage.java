package atoll.format.qcow2;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A qcow2 file in few bytes: of each cluster the first 512, the rest of it is a hole. With clusters
 * of 512 bytes that is the file itself; with clusters of 2 MiB it lets a fuzzer change all that
 * matters.
 */
final class SpreadImage {
  private static final int PIECE_BYTES = 512;

  private SpreadImage() {}

  /** Writes the file; the size of a cluster is what its header says, if that is possible. */
  static Path write(Path file, byte[] spread) throws IOException {
    int clusterBits = Qcow2Format.CLUSTER_BITS_MIN;
    if (spread.length >= ImageBytes.CLUSTER_BITS + 4) {
      int said = ByteBuffer.wrap(spread).getInt(ImageBytes.CLUSTER_BITS);
      clusterBits = Math.clamp(said, Qcow2Format.CLUSTER_BITS_MIN, Qcow2Format.CLUSTER_BITS_MAX);
    }
    int pieceBytes =
        clusterBits == Qcow2Format.CLUSTER_BITS_MIN ? Math.max(1, spread.length) : PIECE_BYTES;
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (int at = 0; at < spread.length; at += pieceBytes) {
        var piece = ByteBuffer.wrap(spread, at, Math.min(pieceBytes, spread.length - at));
        long offset = (long) (at / pieceBytes) << clusterBits;
        while (piece.hasRemaining()) {
          offset += channel.write(piece, offset);
        }
      }
    }
    return file;
  }

  /** What of an image {@link #write} makes it from, or the like of it. */
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
