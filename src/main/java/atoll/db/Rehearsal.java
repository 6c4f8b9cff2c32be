package atoll.db;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What is done as if: everything that the thread does with a database joins one transaction, which
 * is undone at the end. See {@link Database#rehearse}.
 */
public final class Rehearsal {
  private static final ScopedValue<Transaction> TRANSACTION = ScopedValue.newInstance();

  private Rehearsal() {}

  /** What is rehearsed. */
  @FunctionalInterface
  public interface Deed {
    /** Does it. */
    void run() throws IOException, InterruptedException;
  }

  /** Whether the caller only rehearses, and so must touch nothing outside the database. */
  public static boolean isOn() {
    return TRANSACTION.isBound();
  }

  /**
   * Ends the deed, if it is rehearsed, as if it had been done: whatever may refuse it has been
   * asked, and what comes next touches more than the database.
   */
  public static void endsHere() {
    if (isOn()) {
      throw new EndedException();
    }
  }

  /** The transaction to join; null if nothing is rehearsed. */
  static @Nullable Transaction joined() {
    return TRANSACTION.isBound() ? TRANSACTION.get() : null;
  }

  /** Runs a deed to where it ends; null, or why it failed. */
  static @Nullable Exception run(Deed deed, Transaction transaction) {
    try {
      ScopedValue.where(TRANSACTION, transaction).call(asCallable(deed));
      return null;
    } catch (EndedException e) {
      return null;
    } catch (Exception e) { // for who began it
      return e;
    }
  }

  private static ScopedValue.CallableOp<Deed, Exception> asCallable(Deed deed) {
    return () -> {
      deed.run();
      return deed;
    };
  }

  /** Unwinds a deed. */
  private static final class EndedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EndedException() {
      super("rehearsed so far", null, false, false);
    }
  }

  /** Undoes the transaction. */
  static final class UndoneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UndoneException() {
      super("rehearsed", null, false, false);
    }
  }
}
