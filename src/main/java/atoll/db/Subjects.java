package atoll.db;

import static atoll.db.Columns.idOrNull;

import atoll.model.Alert;
import atoll.model.ProjectId;
import atoll.model.Subject;
import atoll.model.VolumeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a row with a column {@code subject} is about, found by its id among volumes, points and
 * instances: ids are never those of two things. Deleted ones have their rows still.
 */
final class Subjects {
  /** To whom the subject belongs. */
  static final String PROJECT = "coalesce(sv.project_id, si.project_id)";

  static final String COLUMNS =
      "sp.id as subject_point, sv.id as subject_volume, si.id as subject_instance, "
          + PROJECT
          + " as subject_project";

  private Subjects() {}

  /** What gives rows those columns. */
  static String joinedTo(String table) {
    return """
     left join points sp on sp.id = %1$s.subject
     left join volumes sv on sv.id = coalesce(sp.volume_id, %1$s.subject)
     left join instances si on si.id = %1$s.subject
    """
        .formatted(table);
  }

  static Subject of(ResultSet row) throws SQLException {
    UUID id = UUID.fromString(row.getString("subject"));
    return new Subject(
        kind(row, id),
        id,
        idOrNull(row, "subject_volume", VolumeId::of),
        idOrNull(row, "subject_project", ProjectId::of));
  }

  private static Subject.Kind kind(ResultSet row, UUID id) throws SQLException {
    if (isThere(row, "subject_point")) {
      return Subject.Kind.POINT;
    }
    if (isThere(row, "subject_volume")) {
      return Subject.Kind.VOLUME;
    }
    if (isThere(row, "subject_instance")) {
      return Subject.Kind.INSTANCE;
    }
    return id.equals(Alert.HOST) ? Subject.Kind.HOST : Subject.Kind.REPOSITORY;
  }

  private static boolean isThere(ResultSet row, String column) throws SQLException {
    @Nullable String value = row.getString(column);
    return value != null;
  }
}
