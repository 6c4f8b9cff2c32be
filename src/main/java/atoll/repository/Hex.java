package atoll.repository;

import java.util.HexFormat;
import java.util.regex.Pattern;

/** Hexadecimal as the format writes it: lower case, of a known length. */
final class Hex {
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]*");

  private Hex() {}

  /**
   * Reads {@code length} bytes.
   *
   * @throws IllegalArgumentException if the text is not just that
   */
  static byte[] bytes(String text, int length) {
    if (text.length() != 2 * length || !DIGITS.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not " + 2 * length + " lower-case hexadecimal digits");
    }
    return HexFormat.of().parseHex(text);
  }

  static String text(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
