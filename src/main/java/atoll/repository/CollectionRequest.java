package atoll.repository;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;

/**
 * What a collection is to do.
 *
 * @param known snapshots that are there by the caller's own books; if one is not, and was not
 *     deleted, nothing is collected
 * @param isTrial only find out what would be freed
 * @param despiteDamage collect although some snapshot cannot be read as a whole: what lies beneath
 *     what cannot be read may be collected, and is lost if it could be read one day after all
 * @param patience how long to wait for writers that were at work when packs were condemned; what is
 *     not collected then is by the next collection
 */
public record CollectionRequest(
    Set<UUID> known, boolean isTrial, boolean despiteDamage, Duration patience) {
  public CollectionRequest {
    known = Set.copyOf(known);
  }

  /** Collects what can be, waits for writers up to an hour. */
  public static CollectionRequest defaults() {
    return new CollectionRequest(Set.of(), false, false, Duration.ofHours(1));
  }
}
