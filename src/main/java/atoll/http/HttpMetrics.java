package atoll.http;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the calls that were answered.
 *
 * <p>May be used from any thread. Keeps one entry for each API, method and status there was: a few
 * dozen.
 */
public final class HttpMetrics {
  private final Map<Key, Count> counts = new ConcurrentSkipListMap<>();

  /**
   * Which calls are counted together.
   *
   * @param api its prefix
   */
  public record Key(String api, String method, int status) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int first = api.compareTo(other.api);
      int second = first == 0 ? method.compareTo(other.method) : first;
      return second == 0 ? Integer.compare(status, other.status) : second;
    }
  }

  /** How many, and how long they took together. */
  private record Count(LongAdder calls, LongAdder nanos) {}

  /** A look at them. */
  @FunctionalInterface
  public interface Visitor {
    void visit(Key key, long calls, double seconds);
  }

  /** Counts a call that took so long. */
  void answered(Key key, long nanos) {
    Count count = counts.computeIfAbsent(key, _ -> new Count(new LongAdder(), new LongAdder()));
    count.calls.increment();
    count.nanos.add(nanos);
  }

  /** Shows all counts, in the order of their keys. */
  public void forEach(Visitor visitor) {
    counts.forEach((key, count) -> visitor.visit(key, count.calls.sum(), count.nanos.sum() / 1e9));
  }
}
