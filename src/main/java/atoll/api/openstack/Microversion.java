package atoll.api.openstack;

import atoll.http.HttpException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of an API down to its smallest steps, such as 3.27.
 *
 * <p>Source: OpenStack API SIG, "Microversion Specification".
 */
public record Microversion(int major, int minor) implements Comparable<Microversion> {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})");

  /**
   * Reads {@code MAJOR.MINOR}.
   *
   * @throws HttpException with 400 if it is not of that form
   */
  public static Microversion parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new HttpException(
          400,
          "API Version String '%s' is of invalid format. Must be of format MajorNum.MinorNum."
              .formatted(text));
    }
    return new Microversion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Whether it has what came with {@code minor}. */
  public boolean has(int minor) {
    return this.minor >= minor;
  }

  @Override
  public int compareTo(Microversion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
