package atoll.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;

/** An exception and its causes as one line for people: how a fault is shown, and kept. */
public final class Causes {
  private Causes() {}

  /** The message, then those of the causes, leaving out what only repeats an earlier one. */
  public static String inOneLine(Throwable thrown) {
    var line = new StringBuilder(described(thrown));
    for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      String description = described(cause);
      boolean repeats =
          line.indexOf(description) >= 0
              || (cause.getMessage() != null && line.indexOf(cause.getMessage()) >= 0);
      if (!repeats) {
        line.append(": ").append(description);
      }
    }
    return line.toString().replaceAll("\\s*\\R\\s*", " ");
  }

  /** Our messages say what happened; those of others are often a bare path or name. */
  private static String described(Throwable thrown) {
    Class<?> type = thrown.getClass();
    String message = thrown.getMessage();
    if (message == null) {
      return type.getSimpleName();
    }
    boolean saysAll =
        type == IOException.class
            || type == UncheckedIOException.class
            || thrown instanceof SocketException
            || type.getName().startsWith("atoll.");
    return saysAll ? message : type.getSimpleName() + ": " + message;
  }
}
