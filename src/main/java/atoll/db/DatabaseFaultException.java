package atoll.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The database cannot be read or written: its disk is full or broken, or it cannot be reached.
 *
 * <p>The transaction was undone. The one exception: if the connection to a server was lost at its
 * very end, and the server did not come back for a minute, or the caller would not wait, it may
 * have been made.
 */
public final class DatabaseFaultException extends UncheckedIOException {
  private static final long serialVersionUID = 1;

  private DatabaseFaultException(String message, IOException cause) {
    super(message, cause);
  }

  static DatabaseFaultException of(String database, String why, @Nullable Exception cause) {
    String message = "the database %s cannot be used: %s".formatted(database, why);
    return new DatabaseFaultException(message, new IOException(why, cause));
  }
}
