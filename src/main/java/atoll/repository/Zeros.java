package atoll.repository;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Tells zeros from data. */
final class Zeros {
  private static final byte[] ZEROS = new byte[64 << 10];

  private Zeros() {}

  static boolean isZero(byte[] bytes, int from, int length) {
    for (int at = 0; at < length; at += ZEROS.length) {
      int piece = Math.min(ZEROS.length, length - at);
      int start = from + at;
      if (Arrays.mismatch(bytes, start, start + piece, ZEROS, 0, piece) >= 0) {
        return false;
      }
    }
    return true;
  }

  static void put(ByteBuffer destination, int length) {
    for (int left = length; left > 0; left -= ZEROS.length) {
      destination.put(ZEROS, 0, Math.min(left, ZEROS.length));
    }
  }
}
