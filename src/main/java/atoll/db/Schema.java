package atoll.db;

import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;

/** Brings the tables up to date: with the same migrations everywhere. */
final class Schema {
  private Schema() {}

  /** Runs the migrations that were not run yet. */
  static void migrate(DataSource database) {
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:atoll/db")
        .table("schema_history")
        .load()
        .migrate();
  }

  private record Column(String table, String name) {
    String altered() {
      return "alter column %s type text collate \"C\"".formatted(name);
    }
  }

  /**
   * Has PostgreSQL compare text by its bytes, as SQLite does, whatever the collation of the
   * database: pages are sorted and continued by it, and a role's name in lower case must not depend
   * on a language.
   */
  static void compareBytes(Handle postgres) {
    List<Column> columns =
        postgres
            .createQuery(
                """
                select table_name, column_name from information_schema.columns
                join information_schema.tables using (table_schema, table_name)
                where table_schema = current_schema() and table_type = 'BASE TABLE'
                  and data_type = 'text' and collation_name is null
                order by table_name, ordinal_position
                """)
            .map((row, _) -> new Column(row.getString(1), row.getString(2)))
            .list();
    columns.stream()
        .collect(
            Collectors.groupingBy(
                Column::table, Collectors.mapping(Column::altered, Collectors.joining(", "))))
        .forEach(
            (table, altered) -> postgres.execute("alter table %s %s".formatted(table, altered)));
  }
}
