package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what nobody announces. */
final class Eventually {
  private static final long LOOK_EVERY_MILLIS = 5;

  private Eventually() {}

  /** Returns when it is so; fails if it is not within {@link TestSite#PATIENCE}. */
  static void await(BooleanSupplier condition) throws InterruptedException {
    await("what is waited for", condition);
  }

  /** As {@link #await(BooleanSupplier)}, naming what it is if it fails. */
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TestSite.PATIENCE.toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
    }
    assertThat(condition.getAsBoolean()).as(what).isTrue();
  }
}
