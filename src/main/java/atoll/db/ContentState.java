package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.instantOrNull;

import atoll.model.BackupFigures;
import atoll.model.SnapshotState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where the content of a row is on its way: what its point says, and the task that backs it up. */
final class ContentState {
  static final String COLUMNS =
      """
      p.state, p.fault, p.taken_at, p.changed_bytes, p.read_bytes, p.stored_bytes, p.backup_millis,
        p.content_digest, t.progress
      """;

  private ContentState() {}

  /** What gives rows with a point those columns. */
  static String joinedTo(String pointColumn) {
    return """
    join points p on p.id = %s
    left join tasks t on t.kind = 'BACK_UP' and t.subject = p.volume_id and t.argument = p.id
      and t.owner is not null
    """
        .formatted(pointColumn);
  }

  private static SnapshotState onPrimary(ResultSet row, Instant takenAt) throws SQLException {
    @Nullable String fault = row.getString("fault");
    if (fault != null) {
      return new SnapshotState.Lost(takenAt, fault);
    }
    double progress = row.getDouble("progress");
    return row.wasNull()
        ? new SnapshotState.OnPrimary(takenAt)
        : new SnapshotState.BackingUp(takenAt, progress);
  }

  static SnapshotState of(ResultSet row) throws SQLException {
    @Nullable Instant deletedAt = instantOrNull(row, "deleted_at");
    if (deletedAt != null) {
      return new SnapshotState.Deleted(deletedAt);
    }
    Instant takenAt = instant(row, "taken_at");
    return switch (PointTable.state(row)) {
      case ON_PRIMARY -> onPrimary(row, takenAt);
      case BACKED_UP -> {
        BackupFigures figures = PointTable.figures(row);
        if (figures == null) {
          throw new IllegalStateException(
              "no figures of backed-up point " + row.getString("point_id"));
        }
        yield new SnapshotState.BackedUp(takenAt, figures);
      }
      case DROPPING, DROPPED ->
          throw new IllegalStateException(
              "a dropped point is needed:  " + row.getString("point_id"));
    };
  }
}
