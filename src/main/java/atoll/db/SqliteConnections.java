package atoll.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * SQLite, in a file. It has one writer at a time: the pool for writing has one connection, so that
 * writers queue fairly instead of polling each other's locks.
 */
final class SqliteConnections implements Connections {
  private static final int READERS_MAX = 4;

  /** What is not our fault but that of the disk. */
  private static final Set<SQLiteErrorCode> DISK_FAULTS =
      EnumSet.of(
          SQLiteErrorCode.SQLITE_FULL,
          SQLiteErrorCode.SQLITE_IOERR,
          SQLiteErrorCode.SQLITE_READONLY,
          SQLiteErrorCode.SQLITE_CANTOPEN,
          SQLiteErrorCode.SQLITE_CORRUPT,
          SQLiteErrorCode.SQLITE_NOTADB);

  /** SQLite says in the upper bits more exactly what happened. */
  private static final int PRIMARY_CODE = 0xff;

  private final Path file;
  private final HikariDataSource writing;
  private final HikariDataSource reading;
  private final Jdbi writer;
  private final Jdbi reader;

  private SqliteConnections(Path file, HikariDataSource writing, HikariDataSource reading) {
    this.file = file;
    this.writing = writing;
    this.reading = reading;
    this.writer = Jdbi.create(writing);
    this.reader = Jdbi.create(reading);
  }

  /** Opens a file, which is made if it is not there, and brings its schema up to date. */
  static SqliteConnections open(Path file) {
    String url = "jdbc:sqlite:" + file.toAbsolutePath();
    HikariDataSource writing = pool(url, "IMMEDIATE", 1);
    try {
      Schema.migrate(writing);
      return new SqliteConnections(file, writing, pool(url, "DEFERRED", READERS_MAX));
    } catch (RuntimeException e) {
      writing.close();
      throw e;
    }
  }

  private static HikariDataSource pool(String url, String transactionMode, int connectionsMax) {
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(connectionsMax);
    config.setMinimumIdle(1);
    config.addDataSourceProperty("journal_mode", "WAL");
    config.addDataSourceProperty("synchronous", "FULL");
    config.addDataSourceProperty("busy_timeout", "10000");
    config.addDataSourceProperty("foreign_keys", "true");
    config.addDataSourceProperty("transaction_mode", transactionMode);
    return new HikariDataSource(config);
  }

  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    return writer.inTransaction(work::apply);
  }

  @Override
  public <T extends @Nullable Object> T read(Function<Handle, T> work) {
    return reader.inTransaction(work::apply);
  }

  @Override
  public @Nullable String fault(SQLException failure) {
    if (!(failure instanceof SQLiteException sqlite)) {
      return null;
    }
    SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & PRIMARY_CODE);
    return DISK_FAULTS.contains(code) ? code.message : null;
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public void close() {
    reading.close();
    writing.close();
  }
}
