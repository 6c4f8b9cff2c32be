package atoll.engine;

import java.nio.charset.StandardCharsets;

/**
 * What the guest's {@code write} command writes: records of 512 bytes that tell a seed and their
 * place.
 */
final class Pattern {
  private static final int RECORD_BYTES = 512;

  private Pattern() {}

  /** The bytes of a range that was written with {@code seed}. */
  static byte[] bytes(long offsetBytes, int lengthBytes, String seed) {
    byte[] bytes = new byte[lengthBytes];
    byte[] record = "%-496s%015d\n".formatted(seed, 0).getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at < lengthBytes; at += RECORD_BYTES) {
      System.arraycopy(record, 0, bytes, at, RECORD_BYTES);
      long number = (offsetBytes + at) / RECORD_BYTES;
      for (int digit = at + RECORD_BYTES - 2; number > 0; digit--, number /= 10) {
        bytes[digit] = (byte) ('0' + number % 10);
      }
    }
    return bytes;
  }
}
