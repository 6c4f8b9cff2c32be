package atoll.repository;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds up what a collection found and did. */
final class Tally {
  private final Map<ObjectId, Long> sizes;
  private final Map<ObjectId, LiveRecords.Use> uses;
  private final int snapshots;

  Tally(Map<ObjectId, Long> sizes, Map<ObjectId, LiveRecords.Use> uses, int snapshots) {
    this.sizes = sizes;
    this.uses = uses;
    this.snapshots = snapshots;
  }

  /** What would be done to the packs chosen. */
  CollectionReport trial(Collection<ObjectId> chosen) {
    long moved = liveBytes(chosen);
    return report(chosen, moved > 0 ? 1 : 0, moved, 0, 0);
  }

  /** What was done. */
  CollectionReport done(
      @Nullable PackMover mover, Collection<ObjectId> removed, int leasesBroken, int late) {
    int packsWritten = mover == null ? 0 : mover.packsWritten();
    long bytesWritten = mover == null ? 0 : mover.bytesWritten();
    return report(removed, packsWritten, bytesWritten, leasesBroken, late);
  }

  private CollectionReport report(
      Collection<ObjectId> removed,
      int packsWritten,
      long bytesWritten,
      int leasesBroken,
      int late) {
    return new CollectionReport(
        snapshots,
        sizes.size(),
        sizes.values().stream().mapToLong(Long::longValue).sum(),
        uses.values().stream().mapToLong(LiveRecords.Use::bytes).sum(),
        removed.size(),
        removed.stream().mapToLong(pack -> sizes.getOrDefault(pack, 0L)).sum(),
        packsWritten,
        bytesWritten,
        leasesBroken,
        late);
  }

  private long liveBytes(Collection<ObjectId> packs) {
    long bytes = 0;
    for (ObjectId pack : packs) {
      LiveRecords.Use use = uses.get(pack);
      bytes += use == null ? 0 : use.bytes();
    }
    return bytes;
  }
}
