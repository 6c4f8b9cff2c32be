package atoll.db;

import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Connections before whose transactions a thread now and then stands still, as it may on any
 * machine: what relied on nothing having changed since its last transaction is found.
 */
final class HesitantConnections implements Connections {
  private static final int ONE_IN = 8;
  private static final int MICROS_MAX = 20_000;

  private final Connections inner;
  private final Random random;

  HesitantConnections(Connections inner, Random random) {
    this.inner = inner;
    this.random = random;
  }

  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    hesitate();
    return inner.write(work);
  }

  @Override
  public <T extends @Nullable Object> T read(Function<Handle, T> work) {
    hesitate();
    return inner.read(work);
  }

  private void hesitate() {
    if (random.nextInt(ONE_IN) > 0) {
      return;
    }
    try {
      TimeUnit.MICROSECONDS.sleep(random.nextInt(MICROS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
