package atoll.api.openstack;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Yes and no as OpenStack's services read them. */
public final class Flags {
  private static final Set<String> YES = Set.of("1", "t", "true", "on", "y", "yes");
  private static final Set<String> NO = Set.of("0", "f", "false", "off", "n", "no");

  private Flags() {}

  /** What text means; null if it means neither. */
  public static @Nullable Boolean parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    if (YES.contains(lower)) {
      return Boolean.TRUE;
    }
    return NO.contains(lower) ? Boolean.FALSE : null;
  }

  /** Whether text means yes; absent text does not. */
  public static boolean isYes(@Nullable String text) {
    return text != null && Boolean.TRUE.equals(parse(text));
  }

  /** What JSON means; null if it means neither. */
  static @Nullable Boolean parse(JsonNode value) {
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    boolean readable = value.isString() || value.isIntegralNumber();
    return readable ? parse(value.asString()) : null;
  }
}
