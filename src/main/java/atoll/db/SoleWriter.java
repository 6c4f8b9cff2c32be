package atoll.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementException;
import org.jspecify.annotations.Nullable;

/*
 * The right to write to a database on a server that others can reach, too.
 *
 * The right is a lock of the server's that a session has until it ends. The session is that of the one
 * connection that writes, so nobody can write without the lock, not even for a moment: when the
 * connection is lost, the lock goes with it, and the next connection has to get it before anything else.
 *
 * Each transaction that writes counts itself. A new connection looks at the count. It is that of the last
 * transaction that is known to have been made; or one more, if the connection was lost while one was
 * being committed, and then that one was made. Else somebody else has written in between: what this
 * process remembers is worth nothing then, and it must not write again.
 */

/**
 * Lets one process at a time write; all methods are called by whoever has the writing connection.
 */
final class SoleWriter {
  /** "atoll", as a number. */
  private static final long LOCK = 0x61_74_6f_6c_6cL;

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final String database;
  private @Nullable Object session;
  private @Nullable Ending ending;
  private long count;

  SoleWriter(String database) {
    this.database = database;
  }

  /** A transaction that is being committed. */
  static final class Ending {
    private final long number;
    private final AtomicReference<@Nullable Boolean> made = new AtomicReference<>();

    private Ending(long number) {
      this.number = number;
    }

    /** Whether it was committed; null as long as nobody could ask. */
    @Nullable Boolean made() {
      return made.get();
    }
  }

  /** Gets the lock for the first time, before the tables are there. */
  void open(Handle handle) {
    lock(handle);
    session = sessionOf(handle);
  }

  /** Begins to count, when the tables are there. */
  void begin(Handle handle) {
    if (!sessionOf(handle).equals(session)) {
      throw fault("the connection was lost while it was opened", null);
    }
    handle.execute(
        "insert into counters (name, value) values ('transaction', 0) on conflict do nothing");
    count = counted(handle);
  }

  /**
   * Makes sure that the transaction of {@code handle} may write.
   *
   * @throws DatabaseFaultException if another process is at work on the database, or was
   */
  void require(Handle handle) {
    Object now = sessionOf(handle);
    if (now.equals(session) && ending == null) {
      return;
    }
    lock(handle);
    long there = counted(handle);
    boolean made = ending != null && ending.number == there;
    if (there != count && !made) {
      throw fault("another Atoll was at work on it meanwhile; start this one again", null);
    }
    if (ending != null) {
      ending.made.set(made);
    }
    session = now;
    ending = null;
    count = there;
  }

  /** The last statement of a transaction: counts it, if it has written anything. */
  @Nullable Ending end(Handle handle) {
    ending =
        handle
            .createQuery(
                """
                update counters set value = value + 1
                where name = 'transaction' and pg_current_xact_id_if_assigned() is not null
                returning value
                """)
            .mapTo(Long.class)
            .findOne()
            .map(Ending::new)
            .orElse(null);
    return ending;
  }

  /** The transaction was committed. */
  void committed() {
    if (ending != null) {
      count = ending.number;
      ending = null;
    }
  }

  /** Waits for a moment: a session whose connection was lost may not have ended yet. */
  private void lock(Handle handle) {
    handle.execute("set local lock_timeout = '3s'");
    try {
      handle.execute("select pg_advisory_lock(?)", LOCK);
    } catch (StatementException e) {
      if (e.getCause() instanceof SQLException cause
          && LOCK_NOT_AVAILABLE.equals(cause.getSQLState())) {
        throw fault("another Atoll is at work on it", e);
      }
      throw e;
    }
  }

  private static long counted(Handle handle) {
    return handle
        .createQuery("select value from counters where name = 'transaction'")
        .mapTo(Long.class)
        .one();
  }

  private static Object sessionOf(Handle handle) {
    try {
      return handle.getConnection().unwrap(Connection.class);
    } catch (SQLException e) {
      throw new ConnectionException(e);
    }
  }

  private DatabaseFaultException fault(String why, @Nullable Exception cause) {
    return DatabaseFaultException.of(database, why, cause);
  }
}
