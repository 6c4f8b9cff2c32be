package atoll.db;

import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a database that fails, or loses answers, on command.
 *
 * <p>Each transaction is shown to a {@link Plan}, which says what becomes of it; a plan that wants
 * to wait may do so.
 */
public final class FaultyConnections implements Connections {
  /** What becomes of a transaction. */
  public enum Fate {
    /** It goes through. */
    PASS,
    /** It fails and nothing is done. */
    FAIL,
    /** It is done, and its caller gets an error. */
    LOSE_ANSWER
  }

  /** Decides about transactions; asked from many threads. */
  @FunctionalInterface
  public interface Plan {
    Fate fateOf(boolean writes);
  }

  private final Connections inner;
  private final Plan plan;

  FaultyConnections(Connections inner, Plan plan) {
    this.inner = inner;
    this.plan = plan;
  }

  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    return run(plan.fateOf(true), inner::write, work);
  }

  @Override
  public <T extends @Nullable Object> T read(Function<Handle, T> work) {
    return run(plan.fateOf(false), inner::read, work);
  }

  private <T extends @Nullable Object> T run(Fate fate, Way<T> way, Function<Handle, T> work) {
    if (fate == Fate.FAIL) {
      throw fault(fate);
    }
    T result = way.run(work);
    if (fate == Fate.LOSE_ANSWER) {
      throw fault(fate);
    }
    return result;
  }

  private DatabaseFaultException fault(Fate fate) {
    return DatabaseFaultException.of(name(), "fault: " + fate, null);
  }

  @Override
  public @Nullable String fault(SQLException failure) {
    return inner.fault(failure);
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public void close() {
    inner.close();
  }
}
