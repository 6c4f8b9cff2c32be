package atoll.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** How values stand in columns. */
final class Columns {
  private Columns() {}

  static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return Instant.EPOCH.plus(row.getLong(column), ChronoUnit.MICROS);
  }

  static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    long micros = row.getLong(column);
    return row.wasNull() ? null : Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  static <T> @Nullable T idOrNull(ResultSet row, String column, Function<String, T> of)
      throws SQLException {
    String text = row.getString(column);
    return text == null ? null : of.apply(text);
  }

  static @Nullable String text(@Nullable Object id) {
    return id == null ? null : id.toString();
  }

  /** The next value of a counter; never given twice. */
  static long next(Handle handle, String counter) {
    return handle
        .createQuery("update counters set value = value + 1 where name = :name returning value")
        .bind("name", counter)
        .mapTo(Long.class)
        .one();
  }
}
