package atoll.db;

import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Connections before each of whose transactions something is done. */
final class HesitantConnections implements Connections {
  private final Connections inner;
  private final Runnable hesitation;

  HesitantConnections(Connections inner, Runnable hesitation) {
    this.inner = inner;
    this.hesitation = hesitation;
  }

  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    hesitation.run();
    return inner.write(work);
  }

  @Override
  public <T extends @Nullable Object> T read(Function<Handle, T> work) {
    hesitation.run();
    return inner.read(work);
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
