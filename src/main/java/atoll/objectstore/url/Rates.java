package atoll.objectstore.url;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rates as people write them: bytes a second, with K, M or G for the powers of 1024. */
public final class Rates {
  private static final Pattern RATE =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,3})?)([KMG]?)", Pattern.CASE_INSENSITIVE);

  private Rates() {}

  /**
   * Gives the bytes a second.
   *
   * @throws IllegalArgumentException that says how a rate is written
   */
  public static long parse(String text) {
    Matcher rate = RATE.matcher(text.strip());
    if (!rate.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no rate: say bytes a second, such as 500K, 20M or 1.5G");
    }
    int shift =
        10
            * " KMG"
                .indexOf(
                    rate.group(2).isEmpty()
                        ? " "
                        : rate.group(2).toUpperCase(java.util.Locale.ROOT));
    long bytes = (long) (Double.parseDouble(rate.group(1)) * (1L << shift));
    if (bytes < 1) {
      throw new IllegalArgumentException("a rate must be 1 byte a second or more");
    }
    return bytes;
  }
}
