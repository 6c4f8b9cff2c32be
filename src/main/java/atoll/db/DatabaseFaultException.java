package atoll.db;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The database cannot be read or written, mostly because its disk is full or broken; the
 * transaction was undone.
 */
public final class DatabaseFaultException extends UncheckedIOException {
  private static final long serialVersionUID = 1;

  DatabaseFaultException(String message, IOException cause) {
    super(message, cause);
  }
}
