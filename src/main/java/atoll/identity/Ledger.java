package atoll.identity;

import atoll.db.Database;
import atoll.db.Transaction;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way of everything in this room to its tables. It counts what is written: who remembers what
 * was read can tell by it that something may have changed since.
 */
final class Ledger {
  private final Database database;
  private final AtomicLong writes = new AtomicLong();

  Ledger(Database database) {
    this.database = database;
  }

  <T extends @Nullable Object> T read(Function<Transaction, T> work) {
    return database.read(work);
  }

  <T extends @Nullable Object> T write(Function<Transaction, T> work) {
    try {
      return database.write(work);
    } finally {
      writes.incrementAndGet(); // before the caller learns that it is done
    }
  }

  void change(Consumer<Transaction> work) {
    Object _ =
        write(transaction -> {
          work.accept(transaction);
          return transaction;
        });
  }

  /** How often something was written, by this process. */
  long writes() {
    return writes.get();
  }
}
