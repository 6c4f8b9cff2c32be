package atoll.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds how many calls a second each caller may make. Who was quiet may send the calls of two
 * seconds at once.
 *
 * <p>May be used from any thread. Of 10,000 callers the latest are known; an older one begins anew.
 *
 * <p>Source: the generic cell rate algorithm, ITU-T I.371.
 */
public final class RateLimit {
  private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int CALLERS_MAX = 10_000;
  private static final float LOAD = 0.75f;

  private final long nanosOfCall;
  private final LongSupplier nanoTime;

  /** By caller, the time at which all its calls are paid for. */
  private final Map<String, Long> paidAt =
      new LinkedHashMap<>(16, LOAD, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > CALLERS_MAX;
        }
      };

  /**
   * A limit.
   *
   * @param perSecond how many calls; 0 if there is no bound
   */
  public RateLimit(int perSecond) {
    this(perSecond, System::nanoTime);
  }

  RateLimit(int perSecond, LongSupplier nanoTime) {
    this.nanosOfCall = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.nanoTime = nanoTime;
  }

  /**
   * Counts a call.
   *
   * @return how long its caller has to wait before it may make it; zero if it may make it now
   */
  public synchronized Duration admit(String caller) {
    if (nanosOfCall == 0) {
      return Duration.ZERO;
    }
    long now = nanoTime.getAsLong();
    Long known = paidAt.get(caller);
    long debt = known == null ? 0 : Math.max(0, known - now);
    if (debt + nanosOfCall > BURST_NANOS) {
      return Duration.ofNanos(debt + nanosOfCall - BURST_NANOS);
    }
    paidAt.put(caller, now + debt + nanosOfCall);
    return Duration.ZERO;
  }
}
