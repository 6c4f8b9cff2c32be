package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.Alert;
import atoll.model.AlertDetails;
import atoll.model.AlertKind;
import atoll.model.ProjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What a person should know. There is one row of a kind for a subject, from when it is first seen
 * to its end; a dismissed one is not shown, and stays until its end, so that it is not raised anew.
 */
public final class AlertTable {
  private final Handle handle;

  AlertTable(Handle handle) {
    this.handle = handle;
  }

  /** Records that something was seen, for the first time or again. */
  public Alert raise(AlertKind kind, UUID subject, String message, Instant now) {
    return raiseAgain(kind, subject, message, now)
        .orElseGet(() -> raiseFirst(kind, subject, message, now));
  }

  private Optional<Alert> raiseAgain(AlertKind kind, UUID subject, String message, Instant now) {
    return handle
        .createQuery(
            """
            update alerts set message = :message, updated_at = :now, times = times + 1
            where kind = :kind and subject = :subject
            returning *
            """)
        .bind("kind", kind.name())
        .bind("subject", subject.toString())
        .bind("message", message)
        .bind("now", micros(now))
        .map((row, _) -> alert(row))
        .findOne();
  }

  private Alert raiseFirst(AlertKind kind, UUID subject, String message, Instant now) {
    return handle
        .createQuery(
            """
            insert into alerts (id, kind, subject, message, raised_at, updated_at, times, dismissed)
            values (:id, :kind, :subject, :message, :now, :now, 1, 0)
            on conflict (kind, subject) do update
            set message = excluded.message, updated_at = excluded.updated_at, times = alerts.times + 1
            returning *
            """)
        .bind("id", Columns.next(handle, "alert"))
        .bind("kind", kind.name())
        .bind("subject", subject.toString())
        .bind("message", message)
        .bind("now", micros(now))
        .map((row, _) -> alert(row))
        .one();
  }

  /** Removes what is over; the alerts there were. */
  public List<Alert> end(AlertKind kind, UUID subject) {
    return handle
        .createQuery("delete from alerts where kind = :kind and subject = :subject returning *")
        .bind("kind", kind.name())
        .bind("subject", subject.toString())
        .map((row, _) -> alert(row))
        .list();
  }

  /** Hides one until it ends; false if there is none. */
  public boolean dismiss(long id) {
    return handle
            .createUpdate("update alerts set dismissed = 1 where id = :id")
            .bind("id", id)
            .execute()
        == 1;
  }

  /** Those that are not dismissed, oldest first. */
  public List<Alert> list() {
    return handle
        .createQuery("select * from alerts where dismissed = 0 order by raised_at, id")
        .map((row, _) -> alert(row))
        .list();
  }

  /**
   * Those that are not dismissed, with what they are about, oldest first.
   *
   * @param project whose; null for everybody's, and those that belong to nobody
   */
  public List<AlertDetails> details(@Nullable ProjectId project) {
    Query query =
        handle.createQuery(
            "select a.*, "
                + Subjects.COLUMNS
                + " from alerts a"
                + Subjects.joinedTo("a")
                + " where a.dismissed = 0"
                + (project == null ? "" : " and " + Subjects.PROJECT + " = :project")
                + " order by a.id");
    if (project != null) {
      query.bind("project", project.toString());
    }
    return query.map((row, _) -> new AlertDetails(alert(row), Subjects.of(row))).list();
  }

  /** All of them. */
  public List<Alert> listWithDismissed() {
    return handle.createQuery("select * from alerts").map((row, _) -> alert(row)).list();
  }

  private static Alert alert(ResultSet row) throws SQLException {
    return new Alert(
        row.getLong("id"),
        AlertKind.valueOf(row.getString("kind")),
        UUID.fromString(row.getString("subject")),
        row.getString("message"),
        instant(row, "raised_at"),
        instant(row, "updated_at"),
        row.getLong("times"));
  }
}
