package atoll.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;

/** Brings the tables up to date: with the same migrations everywhere. */
final class Schema {
  /** The version that the last of the migrations leads to. */
  private static final String NEWEST = "15";

  private static final String HISTORY = "schema_history";

  private Schema() {}

  /** Runs the migrations that were not run yet. */
  static void migrate(DataSource database) {
    if (!isNewest(database)) {
      Flyway.configure()
          .dataSource(database)
          .locations("classpath:atoll/db")
          .table(HISTORY)
          .load()
          .migrate();
    }
  }

  /**
   * Whether all migrations were run. Flyway finds that out, too, and takes as long for it as a
   * sixth of a start.
   */
  static boolean isNewest(DataSource database) {
    try (Connection connection = database.getConnection();
        ResultSet tables =
            connection.getMetaData().getTables(null, connection.getSchema(), HISTORY, null)) {
      return tables.next() && isNewest(connection);
    } catch (SQLException e) {
      return false; // what is wrong is Flyway's to say
    }
  }

  private static boolean isNewest(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet last =
            statement.executeQuery(
                "select version, success from %s order by installed_rank desc limit 1"
                    .formatted(HISTORY))) {
      return last.next() && last.getBoolean("success") && NEWEST.equals(last.getString("version"));
    }
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
