package atoll.engine;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Has a thread stand still now and then, as it may on any machine: what relies on nothing having
 * changed since it looked is found.
 */
final class Hesitation implements Runnable {
  private static final int ONE_IN = 8;
  private static final int MICROS_MAX = 20_000;

  private final Random random;

  Hesitation(Random random) {
    this.random = random;
  }

  @Override
  public void run() {
    if (random.nextInt(ONE_IN) > 0) {
      return;
    }
    try {
      TimeUnit.MICROSECONDS.sleep(random.nextInt(MICROS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
