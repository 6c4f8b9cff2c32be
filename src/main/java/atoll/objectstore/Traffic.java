package atoll.objectstore;

import java.time.Duration;

/**
 * How much at once a remote store is used.
 *
 * @param connectionsMax the most requests at once
 * @param bytesPerSecondMax the most that goes over the network, both ways together; {@link
 *     #UNLIMITED} for as much as will
 * @param timeout how long a request may take that transfers nothing
 */
public record Traffic(int connectionsMax, long bytesPerSecondMax, Duration timeout) {
  /** As fast as the network allows. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** What is used where nothing else is said. */
  public static final Traffic DEFAULT = new Traffic(16, UNLIMITED, Duration.ofSeconds(60));

  /** A connection slower than this, in bytes a second, is as good as none. */
  private static final long SLOWEST = 32 << 10;

  /** Checks them. */
  public Traffic {
    if (connectionsMax < 1 || connectionsMax > 1024) {
      throw new IllegalArgumentException("connections: from 1 to 1024, not " + connectionsMax);
    }
    if (bytesPerSecondMax < 1) {
      throw new IllegalArgumentException("a rate must be 1 byte a second or more");
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("a timeout must be 1 second or more");
    }
  }

  /** The same, with the lower of both rates. */
  public Traffic limitedTo(long bytesPerSecond) {
    return new Traffic(connectionsMax, Math.min(bytesPerSecondMax, bytesPerSecond), timeout);
  }

  /** How long a request that transfers so many bytes may take, before it is given up. */
  public Duration patience(long bytes) {
    long slowest = Math.max(1, Math.min(SLOWEST, bytesPerSecondMax / (2L * connectionsMax)));
    return timeout.plusSeconds(bytes / slowest);
  }
}
