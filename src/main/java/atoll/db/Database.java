package atoll.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The database of one service.
 *
 * <p>A transaction that returned is durable. One at a time writes. Failures are unchecked and roll
 * the transaction back; those of the database's disk, or of the way to it, are {@link
 * DatabaseFaultException}.
 */
public final class Database implements AutoCloseable {
  private final Connections connections;
  private final AtomicReference<Runnable> whenTasksQueued = new AtomicReference<>(() -> {});
  private final AtomicReference<Runnable> whenWritten = new AtomicReference<>(() -> {});

  Database(Connections connections) {
    this.connections = connections;
  }

  /**
   * Opens the SQLite database in {@code file}, makes it if it is not there, and brings its schema
   * up to date.
   *
   * @throws IOException if the file's folder cannot be made
   */
  public static Database openSqlite(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return new Database(SqliteConnections.open(file));
  }

  /**
   * Opens a database on a PostgreSQL server, and brings its schema up to date.
   *
   * @throws IOException if it cannot be reached, or another process is at work on it
   */
  public static Database openPostgres(PostgresUrl url) throws IOException {
    return new Database(PostgresConnections.open(url));
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
   * @throws DatabaseFaultException if the database cannot be used
   */
  public <T extends @Nullable Object> T write(Function<Transaction, T> work) {
    Transaction joined = Rehearsal.joined();
    if (joined != null) {
      return work.apply(joined);
    }
    boolean[] queued = new boolean[1];
    T result =
        orFault(
            connections::write,
            tx -> {
              T value = work.apply(tx);
              queued[0] = tx.tasks().anyFree();
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
    Transaction joined = Rehearsal.joined();
    return joined == null ? orFault(connections::read, work) : work.apply(joined);
  }

  /**
   * Does a deed as if: what it reads and writes here is one transaction, which is undone. Nobody
   * else writes meanwhile, so that the deed is to be short, and to touch nothing else; see {@link
   * Rehearsal#endsHere}.
   *
   * @param look what is to be known of how the database would be
   * @throws IOException if the deed fails so
   * @throws InterruptedException likewise
   */
  public <T> T rehearse(Rehearsal.Deed deed, Function<Transaction, T> look)
      throws IOException, InterruptedException {
    var failure = new AtomicReference<@Nullable Exception>();
    var seen = new AtomicReference<@Nullable T>();
    try {
      Object _ =
          orFault(
              connections::write,
              tx -> {
                failure.set(Rehearsal.run(deed, tx));
                if (failure.get() == null) {
                  seen.set(look.apply(tx));
                }
                throw new Rehearsal.UndoneException();
              });
    } catch (Rehearsal.UndoneException e) {
      rethrow(failure.get());
    }
    return Objects.requireNonNull(seen.get());
  }

  private static void rethrow(@Nullable Exception failure)
      throws IOException, InterruptedException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case InterruptedException e -> throw e;
      case RuntimeException e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  private <T extends @Nullable Object> T orFault(
      Connections.Way<T> way, Function<Transaction, T> work) {
    try {
      return way.run(handle -> work.apply(new Transaction(handle)));
    } catch (JdbiException e) {
      DatabaseFaultException fault = connections.faultIn(e);
      throw fault == null ? e : fault; // any other failure is a wrong statement
    }
  }

  @Override
  public void close() {
    connections.close();
  }
}
