package atoll.objectstore;

import java.util.regex.Pattern;

/** The grammar of keys, checked by every kind of store before it touches anything. */
final class ObjectKeys {
  private static final String SEGMENT = "[a-z0-9_-][a-z0-9._-]*";
  private static final Pattern KEY = Pattern.compile(SEGMENT + "(/" + SEGMENT + "){0,15}");
  private static final Pattern PREFIX =
      Pattern.compile("(" + SEGMENT + "/){0,15}(" + SEGMENT + ")?");

  private ObjectKeys() {}

  /**
   * Gives the key back.
   *
   * @throws IllegalArgumentException if it is none
   */
  static String checked(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("not the key of an object: '" + key + "'");
    }
    return key;
  }

  /** Whether it is a key: in a store that others use too there may be other names. */
  static boolean isKey(String name) {
    return KEY.matcher(name).matches();
  }

  /**
   * Gives the beginning of keys back; the empty one begins them all.
   *
   * @throws IllegalArgumentException if no key can begin so
   */
  static String checkedPrefix(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException("no key begins with '" + prefix + "'");
    }
    return prefix;
  }
}
