package atoll.repository;

import atoll.format.BlockWriter;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that is written out: all of it, or what can be read of one that is damaged. One
 * thread, used once.
 *
 * <p>What could not be read while the extents were told stays lost, even if a later try might
 * succeed: who made ready for these extents is never given data anywhere else.
 */
public final class Restoration {
  private final StoredSnapshot snapshot;
  private final RepositoryParts parts;
  private final @Nullable DamageList damage;

  /** {@code damage} takes what cannot be read; if null that ends the restoring. */
  Restoration(StoredSnapshot snapshot, RepositoryParts parts, @Nullable DamageList damage) {
    this.snapshot = snapshot;
    this.parts = parts;
    this.damage = damage;
  }

  /** What the repository says of the snapshot. */
  public SnapshotManifest manifest() {
    return snapshot.manifest();
  }

  /** Visits all extents, in order; what lies beneath a node that is passed over is zeros. */
  public void extents(ExtentVisitor visitor) throws IOException {
    PointerTable table = snapshot.table();
    try (var nodes = new NodeCache(parts.reader())) {
      new TableExtents(new TableReader(table, nodes), table.shape())
          .visit(0, table.shape().sizeBytes(), visitor, damage);
    }
  }

  /**
   * Writes the data out, from several threads, and nothing anywhere else: neither zeros nor what is
   * lost.
   *
   * @return the ranges that are lost, in order; none if the snapshot is whole
   * @throws DamagedObjectException if something cannot be read and is not to be passed over
   * @throws NoSuchSnapshotException if it was deleted meanwhile and something cannot be read
   */
  public List<LostRange> restore(BlockWriter target, ProgressListener progress) throws IOException {
    RecordReader reader = parts.reader();
    try (var nodes = new NodeCache(reader)) {
      int getsMax = parts.tuning().getsMax();
      new Restorer(snapshot.table(), nodes, reader, target, progress, getsMax, damage).run();
      if (damage == null || !damage.hasRecords()) {
        return List.of();
      }
      if (!parts.manifests().exists(snapshot.manifest().id())) {
        // What seems damaged may have been collected.
        throw new NoSuchSnapshotException(snapshot.manifest().id());
      }
      new NeedFinder(nodes, damage).find(List.of(snapshot));
      return lost(damage);
    }
  }

  private static List<LostRange> lost(DamageList damage) {
    var lost = new ArrayList<LostRange>();
    for (VerifyReport.Damage one : damage.report()) {
      for (VerifyReport.Need need : one.needs()) {
        lost.add(new LostRange(need.offsetBytes(), need.lengthBytes(), one.problem()));
      }
    }
    lost.sort(Comparator.comparingLong(LostRange::offsetBytes));
    return lost;
  }
}
