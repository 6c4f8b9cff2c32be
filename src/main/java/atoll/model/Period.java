package atoll.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A time between bounds, each of which may be absent.
 *
 * @param after not this time itself
 * @param from this time or later
 * @param until this time or earlier
 * @param before not this time itself
 */
public record Period(
    @Nullable Instant after,
    @Nullable Instant from,
    @Nullable Instant until,
    @Nullable Instant before) {
  public static final Period ANY = new Period(null, null, null, null);
}
