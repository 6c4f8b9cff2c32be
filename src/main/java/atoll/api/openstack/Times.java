package atoll.api.openstack;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Times as Block Storage writes them: UTC to the microsecond, without saying so. */
public final class Times {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Times() {}

  /** The time; null stays null. */
  public static @Nullable String of(@Nullable Instant time) {
    return time == null ? null : FORMAT.format(time);
  }
}
