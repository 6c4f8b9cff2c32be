package atoll.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the server listens.
 *
 * @param host the address it listens on
 * @param port 0 for any that is free
 * @param tls null to speak plain HTTP
 * @param bodyMaxBytes larger bodies are refused
 * @param connectionsMax more connections wait
 * @param grace how long calls may take that are under way when the server is closed
 */
public record HttpSettings(
    String host,
    int port,
    @Nullable TlsIdentity tls,
    int bodyMaxBytes,
    int connectionsMax,
    Duration grace) {
  /** The bounds that suit OpenStack's APIs, which refuse bodies over 112 KiB. */
  public static HttpSettings at(String host, int port) {
    return new HttpSettings(host, port, null, 112 << 10, 1024, Duration.ofSeconds(10));
  }

  /** The same, speaking TLS. */
  public HttpSettings withTls(TlsIdentity identity) {
    return new HttpSettings(host, port, identity, bodyMaxBytes, connectionsMax, grace);
  }
}
