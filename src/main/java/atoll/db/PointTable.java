package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.BackupFigures;
import atoll.model.Consistency;
import atoll.model.Point;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.VolumeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Points in time. */
public final class PointTable {
  /** When a snapshot, a backup or a volume's line needs a point. */
  private static final String KEPT =
      """
      exists (select 1 from snapshots s where s.point_id = p.id and s.deleted_at is null)
       or exists (select 1 from volumes v where v.base_point = p.id
                  and (v.deleted_at is null or exists (select 1 from layers k where k.volume_id = v.id)))
       or exists (select 1 from backups b where b.point_id = p.id and b.deleted_at is null)
       or exists (select 1 from volumes v where v.awaited_point = p.id and v.deleted_at is null)
      """;

  /** When a point is the content of a detached volume, which is in one of some statuses or any. */
  private static final String CONTENT =
      """
      exists (select 1 from layers l join volumes v on v.id = l.volume_id
                  where l.point_id = p.id and v.deleted_at is null %s
                    and l.id = (select max(t.id) from layers t where t.volume_id = l.volume_id
                                  and t.status in ('LINKED', 'PULLING', 'COMMITTING')))
      """;

  /** When something still needs a point. */
  private static final String WANTED = "(" + KEPT + " or " + CONTENT.formatted("") + ")";

  /** When something will need a point: a volume that gets other content does not need its own. */
  private static final String WANTED_ON =
      "("
          + KEPT
          + " or "
          + CONTENT.formatted("and v.status not in ('REVERTING', 'RESTORING')")
          + ")";

  private final Handle handle;

  PointTable(Handle handle) {
    this.handle = handle;
  }

  /** The next number in the order of taking. */
  public long nextSequence() {
    return Columns.next(handle, "point");
  }

  /** Adds a point. */
  public void insert(Point point) {
    handle
        .createUpdate(
            """
            insert into points (id, volume_id, sequence, state, size_bytes, taken_at, blank,
              consistency, frozen_micros)
            values (:id, :volume, :sequence, :state, :size, :taken, :blank, :consistency, :frozen)
            """)
        .bind("id", point.id().toString())
        .bind("volume", point.volume().toString())
        .bind("sequence", point.sequence())
        .bind("state", point.state().name())
        .bind("size", point.sizeBytes())
        .bind("taken", micros(point.takenAt()))
        .bind("blank", point.blank() ? 1 : 0)
        .bind("consistency", point.consistency().name())
        .bind("frozen", point.frozen().toNanos() / 1000)
        .execute();
  }

  /** The point, whatever its state. */
  public Optional<Point> find(PointId id) {
    return handle
        .createQuery("select * from points where id = :id")
        .bind("id", id.toString())
        .map((row, _) -> point(row))
        .findOne();
  }

  /** The latest point of a volume. */
  public Optional<Point> last(VolumeId volume) {
    return handle
        .createQuery(
            "select * from points where volume_id = :volume order by sequence desc limit 1")
        .bind("volume", volume.toString())
        .map((row, _) -> point(row))
        .findOne();
  }

  /**
   * The points of a volume that wait for their backup and that something will need, oldest first.
   */
  public List<Point> waiting(VolumeId volume) {
    return handle
        .createQuery(
            "select * from points p where volume_id = :volume and state = 'ON_PRIMARY' and "
                + WANTED_ON
                + " order by sequence")
        .bind("volume", volume.toString())
        .map((row, _) -> point(row))
        .list();
  }

  /** The volumes that have points in a state. */
  public List<VolumeId> volumesWith(PointState state) {
    return handle
        .createQuery("select distinct volume_id from points where state = :state")
        .bind("state", state.name())
        .map((row, _) -> VolumeId.of(row.getString(1)))
        .list();
  }

  /** All points in a state. */
  public Set<PointId> in(PointState state) {
    return handle
        .createQuery("select id from points where state = :state")
        .bind("state", state.name())
        .map((row, _) -> PointId.of(row.getString(1)))
        .set();
  }

  /** How many points are in a state. */
  public long count(PointState state) {
    return handle
        .createQuery("select count(*) from points where state = :state")
        .bind("state", state.name())
        .mapTo(Long.class)
        .one();
  }

  /** Whether something still needs a point. */
  public boolean wanted(PointId id) {
    return handle
        .createQuery("select 1 from points p where id = :id and " + WANTED)
        .bind("id", id.toString())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** All points in a state that nothing needs; looks at every point in it. */
  public List<PointId> unwanted(PointState state) {
    return handle
        .createQuery("select id from points p where state = :state and not " + WANTED)
        .bind("state", state.name())
        .map((row, _) -> PointId.of(row.getString(1)))
        .list();
  }

  /** Some points in a state, by id: those after one, or the first. */
  public List<PointId> some(PointState state, @Nullable PointId after, int most) {
    return handle
        .createQuery(
            "select id from points where state = :state and id > :after order by id limit :most")
        .bind("state", state.name())
        .bind("after", after == null ? "" : after.toString())
        .bind("most", most)
        .map((row, _) -> PointId.of(row.getString(1)))
        .list();
  }

  /** Moves a point from one state to another, if it is in that state. */
  public boolean move(PointId id, PointState from, PointState to) {
    return handle
            .createUpdate("update points set state = :to where id = :id and state = :from")
            .bind("id", id.toString())
            .bind("from", from.name())
            .bind("to", to.name())
            .execute()
        == 1;
  }

  /** Records that a point is in the repository, and what that cost. */
  public void backedUp(PointId id, BackupFigures figures) {
    handle
        .createUpdate(
            """
            update points set state = 'BACKED_UP', fault = null, changed_bytes = :changed, read_bytes = :read,
              stored_bytes = :stored, backup_millis = :millis, content_digest = :digest
            where id = :id
            """)
        .bind("id", id.toString())
        .bind("changed", figures.changedBytes())
        .bind("read", figures.readBytes())
        .bind("stored", figures.storedBytes())
        .bind("millis", figures.millis())
        .bind("digest", figures.contentDigest())
        .execute();
  }

  /** Records why a point cannot be read on primary storage; whether it could be before. */
  public boolean setFault(PointId id, String fault) {
    boolean isNew =
        handle
                .createUpdate("update points set fault = :fault where id = :id and fault is null")
                .bind("id", id.toString())
                .bind("fault", fault)
                .execute()
            == 1;
    if (!isNew) {
      handle
          .createUpdate("update points set fault = :fault where id = :id")
          .bind("id", id.toString())
          .bind("fault", fault)
          .execute();
    }
    return isNew;
  }

  /** What was lost of a volume's points is back. */
  public void clearFaults(VolumeId volume) {
    handle
        .createUpdate(
            "update points set fault = null where volume_id = :volume and fault is not null")
        .bind("volume", volume.toString())
        .execute();
  }

  static Point point(ResultSet row) throws SQLException {
    return new Point(
        PointId.of(row.getString("id")),
        VolumeId.of(row.getString("volume_id")),
        row.getLong("sequence"),
        state(row),
        row.getLong("size_bytes"),
        instant(row, "taken_at"),
        row.getInt("blank") == 1,
        Consistency.valueOf(row.getString("consistency")),
        Duration.of(row.getLong("frozen_micros"), ChronoUnit.MICROS),
        figures(row));
  }

  static PointState state(ResultSet row) throws SQLException {
    return PointState.valueOf(row.getString("state"));
  }

  static @Nullable BackupFigures figures(ResultSet row) throws SQLException {
    String digest = row.getString("content_digest");
    return digest == null
        ? null
        : new BackupFigures(
            row.getLong("changed_bytes"),
            row.getLong("read_bytes"),
            row.getLong("stored_bytes"),
            row.getLong("backup_millis"),
            digest);
  }
}
