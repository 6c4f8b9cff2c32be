package atoll.http;

import io.helidon.http.HeaderNames;
import io.helidon.service.registry.GlobalServiceRegistry;
import io.helidon.service.registry.ServiceRegistryConfig;
import io.helidon.service.registry.ServiceRegistryManager;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Serves {@link Api}s, each below its prefix, on one port.
 *
 * <p>Each call has a virtual thread. Closing it lets the calls end that are under way, for a while.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  static {
    // Helidon would read the whole jar several times over for what could be plugged into it. What
    // it
    // has is named where the server is made.
    ServiceRegistryConfig nothing =
        ServiceRegistryConfig.builder()
            .discoverServices(false)
            .discoverServicesFromServiceLoader(false)
            .build();
    GlobalServiceRegistry.registry(ServiceRegistryManager.create(nothing).registry());
  }

  private final HttpSettings settings;
  private final List<Api> apis;
  private final HttpMetrics metrics;
  private final WebServer server;

  /** Who is writing streams. */
  private final Set<Thread> streaming = ConcurrentHashMap.newKeySet();

  private volatile boolean closing;

  private HttpServer(HttpSettings settings, List<Api> apis, HttpMetrics metrics) {
    this.settings = settings;
    this.metrics = metrics;
    this.apis =
        apis.stream()
            .sorted(Comparator.comparingInt((Api api) -> api.prefix().length()).reversed())
            .toList();
    WebServerConfig.Builder server =
        WebServer.builder()
            .host(settings.host())
            .port(settings.port())
            .maxTcpConnections(settings.connectionsMax())
            // Else the end of a long answer waits until its client has confirmed the rest, which
            // clients put off for 40 ms.
            .connectionOptions(options -> options.tcpNoDelay(true))
            .shutdownGracePeriod(settings.grace())
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .concurrencyLimitDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .addConnectionSelector(
                Http1ConnectionSelector.builder().config(Http1Config.create()).build())
            .routing(HttpRouting.builder().any(this::handle));
    TlsIdentity tls = settings.tls();
    if (tls != null) {
      server.tls(config -> config.privateKey(tls.key()).privateKeyCertChain(tls.chain()));
    }
    this.server = server.build();
  }

  /**
   * Listens.
   *
   * @param metrics where calls are counted
   * @throws IOException if the port cannot be had
   */
  public static HttpServer start(HttpSettings settings, List<Api> apis, HttpMetrics metrics)
      throws IOException {
    var http = new HttpServer(settings, apis, metrics);
    try {
      http.server.start();
    } catch (RuntimeException e) {
      throw new IOException(
          "cannot listen on %s:%d: is something else listening there?"
              .formatted(settings.host(), settings.port()),
          e);
    }
    return http;
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  private void handle(ServerRequest in, ServerResponse out) {
    String id = Request.newId();
    try (var _ = MDC.putCloseable("request_id", id)) {
      handle(id, in, out);
    }
  }

  private void handle(String id, ServerRequest in, ServerResponse out) {
    long start = System.nanoTime();
    Api api = find(in.prologue().uriPath().rawPath());
    String prefix = api == null ? "" : api.prefix();
    Response response = answer(id, api, in);
    long nanos = System.nanoTime() - start;
    String method = in.prologue().method().text();
    HttpMethod known = HttpMethod.of(method);
    metrics.answered(
        new HttpMetrics.Key(prefix, known == null ? "other" : method, response.status()), nanos);
    LOG.debug(
        "{} {} {} {} {} ms",
        id,
        method,
        in.prologue().uriPath().rawPath(),
        response.status(),
        nanos / 1_000_000);
    out.status(response.status());
    response.headers().forEach(out::header);
    out.header("X-Openstack-Request-Id", id);
    Response.Stream stream = response.stream();
    if (known == HttpMethod.HEAD) {
      out.send();
    } else if (stream != null) {
      stream(id, stream, out);
    } else {
      out.send(response.body());
    }
  }

  /** Streams may be without an end: they are interrupted when the server is closed. */
  private void stream(String id, Response.Stream stream, ServerResponse out) {
    streaming.add(Thread.currentThread());
    try {
      // Closed only after all was written: that is how the client knows.
      OutputStream body = out.outputStream();
      if (!closing) {
        stream.writeTo(body);
      }
      body.close();
    } catch (IOException | RuntimeException e) {
      LOG.info("{}: the answer ends before its end: {}", id, e.toString());
      throw new CloseConnectionException("an answer that is not whole", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CloseConnectionException("the server is being closed", e);
    } finally {
      streaming.remove(Thread.currentThread());
    }
  }

  private @Nullable Api find(String path) {
    for (Api api : apis) {
      if (path.equals(api.prefix()) || path.startsWith(api.prefix() + "/")) {
        return api;
      }
    }
    return null;
  }

  private Response answer(String id, @Nullable Api api, ServerRequest in) {
    try {
      String path = in.prologue().uriPath().rawPath();
      return api == null
          ? Response.text(404, "There is nothing at " + path + "\n")
          : api.answer(read(id, in, path.substring(api.prefix().length())));
    } catch (HttpException e) {
      return Response.text(e.status(), e.getMessage() + "\n");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Response.text(503, "The service is being stopped.\n");
    } catch (IOException | RuntimeException e) {
      LOG.error("{}: failed, and ought not to", id, e);
      return Response.text(500, "An error in Atoll itself; its log has more at " + id + "\n");
    }
  }

  private Request read(String id, ServerRequest in, String rawPath) throws IOException {
    HttpMethod method = HttpMethod.of(in.prologue().method().text());
    if (method == null) {
      throw new HttpException(501, "No such method: " + in.prologue().method().text());
    }
    var headers = new HashMap<String, String>();
    in.headers()
        .forEach(header -> headers.put(header.name().toLowerCase(Locale.ROOT), header.get()));
    String query = in.prologue().query().rawValue();
    return new Request(
        id,
        method,
        baseUrl(in),
        remote(in),
        Request.segments(rawPath),
        Request.parameters(query),
        Map.copyOf(headers),
        body(in));
  }

  /** Never its name: that would have to be asked for. */
  private static String remote(ServerRequest in) {
    return in.remotePeer().address() instanceof InetSocketAddress address
            && address.getAddress() != null
        ? address.getAddress().getHostAddress()
        : "unknown";
  }

  /** As the client sees it: what it calls the host is what will reach it again. */
  private String baseUrl(ServerRequest in) {
    String scheme = in.isSecure() ? "https" : "http";
    String host =
        in.headers().first(HeaderNames.HOST).orElseGet(() -> settings.host() + ":" + server.port());
    return scheme + "://" + host;
  }

  private byte[] body(ServerRequest in) throws IOException {
    if (!in.content().hasEntity()) {
      return new byte[0];
    }
    try (InputStream content = in.content().inputStream()) {
      byte[] body = content.readNBytes(settings.bodyMaxBytes() + 1);
      if (body.length > settings.bodyMaxBytes()) {
        throw new HttpException(
            413, "Request is too large: at most " + settings.bodyMaxBytes() + " bytes");
      }
      return body;
    }
  }

  @Override
  public void close() {
    closing = true;
    streaming.forEach(Thread::interrupt);
    server.stop();
  }
}
