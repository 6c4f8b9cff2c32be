package atoll.identity;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found out lately: each thing until an instant, and no more than so many of them, of
 * which the oldest give way. With a clock that was set back, nothing is known that was found out
 * later.
 *
 * <p>May be used from any thread.
 *
 * @param <V> what is found out
 */
public final class Remembered<V> {
  private final int max;
  private final InstantSource clock;
  private final Map<String, Entry<V>> byKey = new LinkedHashMap<>();

  private record Entry<V>(V value, Instant at, Instant until) {}

  /** Remembers nothing yet. */
  public Remembered(int max, InstantSource clock) {
    this.max = max;
    this.clock = clock;
  }

  /** What is known; null if nothing is. */
  public @Nullable V find(String key) {
    Instant now = clock.instant();
    synchronized (byKey) {
      Entry<V> entry = byKey.get(key);
      if (entry == null) {
        return null;
      }
      if (now.isBefore(entry.at) || !now.isBefore(entry.until)) {
        byKey.remove(key);
        return null;
      }
      return entry.value;
    }
  }

  /** Remembers something until then. */
  public void add(String key, V value, Instant until) {
    var entry = new Entry<>(value, clock.instant(), until);
    synchronized (byKey) {
      byKey.remove(key);
      byKey.put(key, entry);
      if (byKey.size() > max) {
        byKey.remove(byKey.keySet().iterator().next());
      }
    }
  }

  /** Remembers something no more. */
  public void forget(String key) {
    synchronized (byKey) {
      byKey.remove(key);
    }
  }
}
