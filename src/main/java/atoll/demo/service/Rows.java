package atoll.demo.service;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds rows to one table, many with one statement. */
final class Rows implements AutoCloseable {
  private static final int TOGETHER = 1000;

  private final PreparedStatement insert;
  private final int columns;
  private int waiting;

  Rows(Connection connection, String table, List<String> columns) throws SQLException {
    this.columns = columns.size();
    this.insert =
        connection.prepareStatement(
            "insert into %s (%s) values (?%s)"
                .formatted(table, String.join(", ", columns), ", ?".repeat(columns.size() - 1)));
  }

  /** Adds a row: text and numbers, in the order of the columns. */
  void add(@Nullable Object... values) throws SQLException {
    if (values.length != columns) {
      throw new IllegalArgumentException(values.length + " values for " + columns + " columns");
    }
    for (int i = 0; i < values.length; i++) {
      insert.setObject(i + 1, values[i]);
    }
    insert.addBatch();
    if (++waiting == TOGETHER) {
      flush();
    }
  }

  private void flush() throws SQLException {
    if (waiting > 0) {
      int[] _ = insert.executeBatch();
      waiting = 0;
    }
  }

  @Override
  public void close() throws SQLException {
    try (insert) {
      flush();
    }
  }
}
