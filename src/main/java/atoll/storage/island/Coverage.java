package atoll.storage.island;

import atoll.format.Extent;
import atoll.format.qcow2.Qcow2Image;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Whether what one layer holds is in another, as far as its tables tell. Where the other has
 * nothing and lies over zeros, zeros are in it, too.
 */
final class Coverage {
  private static final int READ_BYTES = 64 << 10;

  private final Qcow2Image from;
  private final Qcow2Image into;
  private final boolean overZeros;
  private boolean whole = true;

  private Coverage(Qcow2Image from, Qcow2Image into) {
    this.from = from;
    this.into = into;
    this.overZeros = into.backingFile() == null;
  }

  static boolean isWhole(Qcow2Image from, Qcow2Image into) throws IOException {
    var coverage = new Coverage(from, into);
    from.extents(0, Math.min(from.sizeBytes(), into.sizeBytes()), coverage::look);
    return coverage.whole;
  }

  private void look(Extent held) throws IOException {
    if (whole && held.kind() != Extent.Kind.ABSENT) {
      into.extents(
          held.offsetBytes(),
          held.lengthBytes(),
          there -> {
            if (there.kind() == Extent.Kind.ABSENT) {
              whole &= overZeros && isZero(there);
            }
          });
    }
  }

  private boolean isZero(Extent range) throws IOException {
    var bytes = ByteBuffer.allocate((int) Math.min(READ_BYTES, range.lengthBytes()));
    for (long at = range.offsetBytes(); at < range.endBytes(); at += bytes.limit()) {
      bytes.clear().limit((int) Math.min(bytes.capacity(), range.endBytes() - at));
      from.read(at, bytes);
      if (bytes.flip().mismatch(ByteBuffer.allocate(bytes.limit())) >= 0) {
        return false;
      }
    }
    return true;
  }
}
