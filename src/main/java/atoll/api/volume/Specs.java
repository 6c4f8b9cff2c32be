package atoll.api.volume;

import atoll.http.HttpException;
import java.util.Map;
import java.util.regex.Pattern;

/** Extra specs and QoS specs: text under keys of certain characters. */
final class Specs {
  private static final Pattern KEY = Pattern.compile("[a-zA-Z0-9-_:. ]{1,255}");

  private Specs() {}

  /**
   * The specs as they are given.
   *
   * @param field where they stand
   * @throws HttpException with 400 if there is another character in a key
   */
  static Map<String, String> checked(String field, Map<String, String> specs) {
    for (String key : specs.keySet()) {
      if (!KEY.matcher(key).matches()) {
        throw new HttpException(
            400,
            "Invalid input for field/attribute %s. '%s' does not match any of the regexes: '^%s$'"
                .formatted(field, key, KEY.pattern()));
      }
    }
    return specs;
  }
}
