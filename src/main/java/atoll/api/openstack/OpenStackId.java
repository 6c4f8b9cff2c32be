package atoll.api.openstack;

import atoll.model.ProjectId;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ids as OpenStack writes them: of resources with dashes, of projects and users without. */
public final class OpenStackId {
  private static final Pattern DASHED =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern PLAIN = Pattern.compile("[0-9a-fA-F]{32}");

  private OpenStackId() {}

  /** Reads an id in either form; null if it is none. */
  public static @Nullable UUID parse(String text) {
    if (DASHED.matcher(text).matches()) {
      return UUID.fromString(text);
    }
    if (PLAIN.matcher(text).matches()) {
      return new UUID(
          Long.parseUnsignedLong(text.substring(0, 16), 16),
          Long.parseUnsignedLong(text.substring(16), 16));
    }
    return null;
  }

  /** 32 digits. */
  public static String plain(UUID id) {
    return id.toString().replace("-", "");
  }

  /** 32 digits. */
  public static String of(ProjectId id) {
    return plain(id.value());
  }
}
