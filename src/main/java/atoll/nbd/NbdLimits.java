package atoll.nbd;

import java.time.Duration;

/**
 * What bounds a server. The memory for the content of replies is at most {@code connectionsMax}
 * times {@code bytesMax}, and only while that many clients make use of all of it.
 *
 * @param connectionsMax clients at once; further ones are turned away
 * @param requestsMax requests of one client that are worked on at once, each on a thread; further
 *     ones wait in its socket
 * @param bytesMax content of replies that one client may have under way, at least the 32 MiB of the
 *     longest read
 * @param spareBytesMax memory that is kept for the next replies
 * @param patience how long a client may take for the handshake, and for taking what it has asked
 *     for once it has said that it goes
 */
public record NbdLimits(
    int connectionsMax, int requestsMax, int bytesMax, long spareBytesMax, Duration patience) {
  public NbdLimits {
    if (connectionsMax < 1
        || requestsMax < 1
        || bytesMax < Protocol.PAYLOAD_BYTES_MAX
        || spareBytesMax < 0
        || !patience.isPositive()) {
      throw new IllegalArgumentException(
          "impossible bounds: %d connections, %d requests, %d bytes"
              .formatted(connectionsMax, requestsMax, bytesMax));
    }
  }

  /** What suits a host: 16 clients with 16 requests and 32 MiB under way each. */
  public static NbdLimits defaults() {
    return new NbdLimits(16, 16, 32 << 20, 64 << 20, Duration.ofSeconds(30));
  }
}
