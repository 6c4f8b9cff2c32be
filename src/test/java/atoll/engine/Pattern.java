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
    var text = new StringBuilder(lengthBytes);
    String head = String.format("%-496s", seed);
    for (int i = 0; i < lengthBytes / RECORD_BYTES; i++) {
      text.append(head).append(String.format("%015d%n", offsetBytes / RECORD_BYTES + i));
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
