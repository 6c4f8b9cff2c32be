package atoll.demo.bench;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Amounts of bytes as people write them: {@code 4096}, {@code 64M}, {@code 8G}. */
final class ByteCount implements ITypeConverter<Long> {
  private static final String UNITS = "KMGT";

  @Override
  public Long convert(String text) {
    if (!text.matches("[1-9][0-9]{0,11}[KMGT]?")) {
      throw new TypeConversionException("'" + text + "' is not like 4096, 64M or 8G");
    }
    int unit = UNITS.indexOf(text.charAt(text.length() - 1)) + 1;
    long number = Long.parseLong(unit == 0 ? text : text.substring(0, text.length() - 1));
    if (number > Long.MAX_VALUE >> (10 * unit)) {
      throw new TypeConversionException("'" + text + "' is too much");
    }
    return number << (10 * unit);
  }
}
