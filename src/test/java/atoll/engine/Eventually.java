package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Waits for what nobody announces. */
public final class Eventually {
  private static final long LOOK_EVERY_MILLIS = 5;
  private static final long ASK_EVERY_MILLIS = 20;

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

  /**
   * Returns what is seen as soon as it fits; fails if that is not within {@code patience}. For what
   * is asked of a service, which has something else to do.
   */
  public static <T> T until(String what, Duration patience, Callable<T> look, Predicate<T> fits)
      throws Exception {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      T seen = look.call();
      if (fits.test(seen)) {
        return seen;
      }
      assertThat(System.nanoTime()).as("%s; seen: %s", what, seen).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(ASK_EVERY_MILLIS);
    }
  }
}
