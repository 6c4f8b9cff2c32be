package atoll.db;

import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a database of one kind, and what its failures mean.
 *
 * <p>Transactions that write come one after the other: each sees all that was committed before it,
 * and nothing changes while it is at work. One that reads sees one state, and waits for none that
 * writes. May be called from any thread.
 */
interface Connections extends AutoCloseable {
  /** Either of the two ways in which they run what is done in a transaction. */
  interface Way<T extends @Nullable Object> {
    T run(Function<Handle, T> work);
  }

  /** Runs {@code work} in a transaction that may write; it is durable on return. */
  <T extends @Nullable Object> T write(Function<Handle, T> work);

  /** Runs {@code work} in a transaction that only reads. */
  <T extends @Nullable Object> T read(Function<Handle, T> work);

  /**
   * Why the database cannot be used: its disk, or the way to it. Null if the failure is none of
   * these, but a wrong statement.
   */
  @Nullable String fault(SQLException failure);

  /** The same of a failure and its causes. */
  default @Nullable DatabaseFaultException faultIn(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException failure) {
        String why = fault(failure);
        if (why != null) {
          Throwable deeper = failure.getCause(); // a pool says in vain that it has waited
          return DatabaseFaultException.of(
              name(), why, deeper instanceof SQLException of ? of : failure);
        }
      }
    }
    return null;
  }

  /** What messages call the database; without secrets. */
  String name();

  @Override
  void close();
}
