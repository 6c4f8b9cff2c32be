package atoll.objectstore;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps transfers below a rate: each asks before it moves bytes, and waits its turn. Several
 * threads share it; none overtakes.
 */
public final class Bandwidth {
  /** So much may go out at once after a pause, in time. */
  private static final long BURST_NANOS = Duration.ofMillis(50).toNanos();

  private final long bytesPerSecond;
  private final LongSupplier nanoTime;
  private final Pauses pauses;
  private boolean hasBegun;
  private long nextNanos;

  Bandwidth(long bytesPerSecond, LongSupplier nanoTime, Pauses pauses) {
    this.bytesPerSecond = bytesPerSecond;
    this.nanoTime = nanoTime;
    this.pauses = pauses;
  }

  /** Lets so many bytes pass in a second, {@link Traffic#UNLIMITED} for any number. */
  public static Bandwidth of(long bytesPerSecond) {
    return new Bandwidth(bytesPerSecond, System::nanoTime, Pauses.SLEEP);
  }

  /** The most bytes to ask for at once, so that they flow evenly: at least one. */
  public int pieceBytes(int bytesMax) {
    return Math.clamp(bytesPerSecond / 20, 1, bytesMax);
  }

  /** Returns when so many bytes more may be moved. */
  public void acquire(int bytes) throws InterruptedIOException {
    if (bytesPerSecond == Traffic.UNLIMITED) {
      return;
    }
    long waitNanos = reserve(bytes);
    if (waitNanos > 0) {
      pauses.pause(Duration.ofNanos(waitNanos));
    }
  }

  private synchronized long reserve(int bytes) {
    long now = nanoTime.getAsLong();
    if (!hasBegun || now - nextNanos > BURST_NANOS) {
      nextNanos = hasBegun ? now - BURST_NANOS : now;
      hasBegun = true;
    }
    long waitNanos = nextNanos - now;
    nextNanos += (long) (bytes * 1e9 / bytesPerSecond);
    return waitNanos;
  }
}
