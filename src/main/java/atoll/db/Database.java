package atoll.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The database of one service.
 *
 * <p>A transaction that returned is durable. SQLite has one writer at a time: the pool for writing
 * has one connection, so writers queue fairly instead of polling each other's locks. Failures of
 * the database itself are unchecked and roll the transaction back; those of its disk are {@link
 * DatabaseFaultException}.
 */
public final class Database implements AutoCloseable {
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
  private final AtomicReference<Runnable> whenTasksQueued = new AtomicReference<>(() -> {});
  private final AtomicReference<Runnable> whenWritten = new AtomicReference<>(() -> {});

  private Database(Path file, HikariDataSource writing, HikariDataSource reading) {
    this.file = file;
    this.writing = writing;
    this.reading = reading;
    this.writer = Jdbi.create(writing);
    this.reader = Jdbi.create(reading);
  }

  /**
   * Opens the SQLite database in {@code file}, makes it if it is not there, and brings its schema
   * up to date.
   *
   * @throws IOException if the file's folder cannot be made
   */
  public static Database openSqlite(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    String url = "jdbc:sqlite:" + file.toAbsolutePath();
    var writing = sqlite(url, "IMMEDIATE", 1);
    try {
      Flyway.configure()
          .dataSource(writing)
          .locations("classpath:atoll/db")
          .table("schema_history")
          .load()
          .migrate();
      return new Database(file, writing, sqlite(url, "DEFERRED", READERS_MAX));
    } catch (RuntimeException e) {
      writing.close();
      throw e;
    }
  }

  private static HikariDataSource sqlite(String url, String transactionMode, int connectionsMax) {
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

  /** Calls {@code listener} after each commit of a transaction that queued a task. */
  public void whenTasksQueued(Runnable listener) {
    whenTasksQueued.set(listener);
  }

  /** Calls {@code listener} after each commit of a transaction that could write. */
  public void whenWritten(Runnable listener) {
    whenWritten.set(listener);
  }

  /**
   * Runs {@code work} in a transaction that may write; it is durable on return and undone if {@code
   * work} throws.
   *
   * @throws DatabaseFaultException if the disk is full or broken; nothing was changed then
   */
  public <T extends @Nullable Object> T write(Function<Transaction, T> work) {
    boolean[] queued = new boolean[1];
    T result =
        inTransaction(
            writer,
            tx -> {
              T value = work.apply(tx);
              queued[0] = tx.tasks().queued();
              return value;
            });
    if (queued[0]) {
      whenTasksQueued.get().run();
    }
    whenWritten.get().run();
    return result;
  }

  /** As {@link #write}, where there is nothing to return. */
  public void change(Consumer<Transaction> work) {
    Object _ =
        write(transaction -> {
          work.accept(transaction);
          return transaction;
        });
  }

  /** Runs {@code work} on one state of the database, without waiting for writers. */
  public <T extends @Nullable Object> T read(Function<Transaction, T> work) {
    return inTransaction(reader, work);
  }

  private <T extends @Nullable Object> T inTransaction(Jdbi jdbi, Function<Transaction, T> work) {
    try {
      return jdbi.inTransaction(handle -> work.apply(new Transaction(handle)));
    } catch (JdbiException e) {
      throw faultOf(e);
    }
  }

  /** What SQLite says of its disk; any other failure is a wrong statement. */
  private RuntimeException faultOf(JdbiException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        SQLiteErrorCode code =
            SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & PRIMARY_CODE);
        if (DISK_FAULTS.contains(code)) {
          return new DatabaseFaultException(
              "the database " + file + " cannot be used: " + code.message, new IOException(thrown));
        }
      }
    }
    return thrown;
  }

  @Override
  public void close() {
    reading.close();
    writing.close();
  }
}
