package atoll.db;

import static atoll.db.Columns.micros;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** What is the same for all tables of things that owners name, describe and delete. */
final class NamedRows {
  private NamedRows() {}

  /** Records another name and description of a row. */
  static void describe(
      Handle handle, String table, Object id, String name, String description, Instant now) {
    handle
        .createUpdate(
            "update %s set name = :name, description = :description, updated_at = :now where id = :id"
                .formatted(table))
        .bind("id", id.toString())
        .bind("name", name)
        .bind("description", description)
        .bind("now", micros(now))
        .execute();
  }

  /** Marks a row deleted, if it is not yet. */
  static boolean delete(Handle handle, String table, Object id, Instant now) {
    return handle
            .createUpdate(
                "update %s set deleted_at = :now, updated_at = :now where id = :id and deleted_at is null"
                    .formatted(table))
            .bind("id", id.toString())
            .bind("now", micros(now))
            .execute()
        == 1;
  }
}
