package atoll.db;

import atoll.db.SoleWriter.Ending;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * PostgreSQL. As with SQLite one connection writes, so that writers come one after the other; it
 * has the right to do so as {@link SoleWriter}.
 *
 * <p>A connection that is lost is replaced by the next call that needs one. A transaction whose
 * connection was lost while it was being committed is not told as failed if it was made: whoever
 * waits for it waits until the server can be asked.
 */
final class PostgresConnections implements Connections {
  private static final int READERS_MAX = 4;

  /** How long a call waits for a connection while the server does not answer. */
  private static final Duration CONNECTION_PATIENCE = Duration.ofSeconds(10);

  /** How long a call waits to learn whether its transaction was made. */
  private static final Duration DOUBT_PATIENCE = Duration.ofSeconds(60);

  private static final Duration DOUBT_PAUSE = Duration.ofMillis(100);

  /** The longest that one statement may take: a server that is gone must not be waited for. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(60);

  /** Whatever the server's own settings; the last three have it notice that this host is gone. */
  private static final String SESSION =
      """
      set synchronous_commit = on;
      set tcp_keepalives_idle = 10;
      set tcp_keepalives_interval = 5;
      set tcp_keepalives_count = 3
      """;

  /**
   * Of the classes of errors: the connection, a want of resources, the server being stopped, and
   * the system beneath it.
   *
   * <p>Source: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
   */
  private static final Set<String> FAULT_CLASSES = Set.of("08", "53", "58");

  /**
   * Also: the server is being stopped, went down, is not up yet; it only reads; no entry, no such
   * database; its files are damaged.
   */
  private static final Set<String> FAULTS =
      Set.of(
          "57P01", "57P02", "57P03", "57P04", "57P05", "25006", "28000", "28P01", "3D000", "XX001",
          "XX002");

  private final String name;
  private final SoleWriter sole;
  private final HikariDataSource writing;
  private final HikariDataSource reading;
  private final Jdbi writer;
  private final Jdbi reader;

  private PostgresConnections(
      String name, SoleWriter sole, HikariDataSource writing, HikariDataSource reading) {
    this.name = name;
    this.sole = sole;
    this.writing = writing;
    this.reading = reading;
    this.writer = Jdbi.create(writing);
    this.reader = Jdbi.create(reading);
  }

  /**
   * Opens a database, and brings its schema up to date.
   *
   * @throws IOException if it cannot be reached, or another process is at work on it
   */
  static PostgresConnections open(PostgresUrl url) throws IOException {
    try {
      var writing = new HikariDataSource(writing(url));
      try {
        return prepared(url, writing);
      } catch (IOException | RuntimeException e) {
        writing.close();
        throw e;
      }
    } catch (DatabaseFaultException e) {
      throw new IOException(e.getMessage(), e);
    } catch (HikariPool.PoolInitializationException | JdbiException | FlywayException e) {
      String why = e.getCause() instanceof SQLException cause ? cause.getMessage() : e.getMessage();
      throw new IOException("the database %s cannot be opened: %s".formatted(url, why), e);
    }
  }

  private static PostgresConnections prepared(PostgresUrl url, HikariDataSource writing)
      throws IOException {
    var sole = new SoleWriter(url.toString());
    Jdbi writer = Jdbi.create(writing);
    writer.useTransaction(sole::open);
    requireUnicode(writer);
    Schema.migrate(source(url));
    writer.useTransaction(handle -> {
      Schema.compareBytes(handle);
      sole.begin(handle);
    });
    return new PostgresConnections(
        url.toString(), sole, writing, new HikariDataSource(reading(url)));
  }

  private static void requireUnicode(Jdbi writer) throws IOException {
    String encoding =
        writer.withHandle(
            handle -> handle.createQuery("show server_encoding").mapTo(String.class).one());
    if (!encoding.equals("UTF8")) {
      throw new IOException(
          "the database has the encoding %s: make one with the encoding UTF8".formatted(encoding));
    }
  }

  private static PGSimpleDataSource source(PostgresUrl url) {
    PGSimpleDataSource source = url.source();
    source.setApplicationName("atoll");
    source.setTcpKeepAlive(true);
    return source;
  }

  private static HikariConfig pool(PostgresUrl url) {
    PGSimpleDataSource source = source(url);
    source.setConnectTimeout((int) CONNECTION_PATIENCE.toSeconds());
    source.setSocketTimeout((int) ANSWER_PATIENCE.toSeconds());
    var config = new HikariConfig();
    config.setDataSource(source);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECTION_PATIENCE.toMillis());
    config.setConnectionInitSql(SESSION);
    return config;
  }

  /** One connection that is never replaced while it is whole: it has the lock. */
  private static HikariConfig writing(PostgresUrl url) {
    HikariConfig config = pool(url);
    config.setPoolName("database-writing");
    config.setMaximumPoolSize(1);
    config.setMaxLifetime(0);
    return config;
  }

  private static HikariConfig reading(PostgresUrl url) {
    HikariConfig config = pool(url);
    config.setPoolName("database-reading");
    config.setMaximumPoolSize(READERS_MAX);
    config.setReadOnly(true);
    config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    return config;
  }

  /** What a transaction came to, if it was made. */
  private record Result<T extends @Nullable Object>(T value, @Nullable Ending ending) {}

  /** Holds what is known of a transaction when its commit fails. */
  private static final class Attempt<T extends @Nullable Object> {
    private @Nullable Result<T> result;
  }

  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    var attempt = new Attempt<T>();
    try {
      return writer.withHandle(handle -> write(handle, work, attempt));
    } catch (JdbiException e) {
      Result<T> result = attempt.result;
      if (result != null && result.ending() != null && wasMade(result.ending())) {
        return result.value();
      }
      throw e;
    }
  }

  private <T extends @Nullable Object> T write(
      Handle handle, Function<Handle, T> work, Attempt<T> attempt) {
    T value =
        handle.inTransaction(in -> {
          sole.require(in);
          T done = work.apply(in);
          attempt.result = new Result<>(done, sole.end(in));
          return done;
        });
    sole.committed(); // before the connection is another's
    return value;
  }

  /** Waits until the server can be asked whether a transaction was made; no, if it never can. */
  private boolean wasMade(Ending ending) {
    long deadline = System.nanoTime() + DOUBT_PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        writer.useTransaction(sole::require);
      } catch (DatabaseFaultException e) {
        return false; // somebody else is at work there now, and will be
      } catch (JdbiException e) {
        pause(); // it is not back yet
      }
      Boolean made = ending.made();
      if (made != null) {
        return made;
      }
      if (Thread.currentThread().isInterrupted()) {
        return false;
      }
    }
    return false;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(DOUBT_PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public <T extends @Nullable Object> T read(Function<Handle, T> work) {
    return reader.inTransaction(work::apply);
  }

  @Override
  public @Nullable String fault(SQLException failure) {
    String state = failure.getSQLState();
    boolean fault =
        failure instanceof SQLTransientConnectionException
            || (state != null
                && state.length() == 5
                && (FAULTS.contains(state) || FAULT_CLASSES.contains(state.substring(0, 2))));
    if (!fault) {
      return null;
    }
    Throwable cause = failure.getCause();
    return cause instanceof SQLException of ? of.getMessage() : failure.getMessage();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void close() {
    reading.close();
    writing.close();
  }
}
