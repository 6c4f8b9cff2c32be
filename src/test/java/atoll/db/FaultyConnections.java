package atoll.db;

import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a database that fails on command.
 *
 * <p>Each transaction is shown to a {@link Plan} before it begins; a plan that wants to wait may do
 * so.
 */
public final class FaultyConnections implements Connections {
  /** Decides about transactions; asked from many threads. */
  @FunctionalInterface
  public interface Plan {
    /** Whether a transaction goes through, and is not refused. */
    boolean passes(boolean writes);
  }

  private final Connections inner;
  private final Plan plan;

  FaultyConnections(Connections inner, Plan plan) {
    this.inner = inner;
    this.plan = plan;
  }

  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    show(true);
    return inner.write(work);
  }

  @Override
  public <T extends @Nullable Object> T read(Function<Handle, T> work) {
    show(false);
    return inner.read(work);
  }

  private void show(boolean writes) {
    if (!plan.passes(writes)) {
      throw DatabaseFaultException.of(name(), "fault", null);
    }
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
