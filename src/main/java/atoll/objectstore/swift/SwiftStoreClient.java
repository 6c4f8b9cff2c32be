package atoll.objectstore.swift;

import atoll.objectstore.Bandwidth;
import atoll.objectstore.ListedPage;
import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectTooLongException;
import atoll.objectstore.RefusedConditionException;
import atoll.objectstore.StoreClient;
import atoll.objectstore.TemporaryFailureException;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A container of Swift. */
public final class SwiftStoreClient implements StoreClient {
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int PAGE_MAX = 1000;

  private final SwiftContainer container;
  private final SwiftLogin login;
  private final SwiftHttp http;
  private @Nullable SwiftSession session;

  private SwiftStoreClient(SwiftContainer container, SwiftLogin login, SwiftHttp http) {
    this.container = container;
    this.login = login;
    this.http = http;
  }

  /** Makes a client; nothing is asked of the service yet. */
  public static SwiftStoreClient of(SwiftContainer container, SwiftLogin login, Bandwidth bandwidth)
      throws IOException {
    return new SwiftStoreClient(container, login, new SwiftHttp(container, bandwidth));
  }

  @Override
  public void check() throws IOException {
    requireContainer("look at " + this);
  }

  @Override
  public void create() throws IOException {
    String what = "make " + this;
    SwiftErrors.requireSuccess(
        what, send(what, "", request -> http.upload(what, request, ByteBuffer.allocate(0))));
  }

  @Override
  public void put(String name, ByteBuffer content) throws IOException {
    requireSuccess(what("put", name), put(name, content, request -> request));
  }

  @Override
  public boolean putNew(String name, ByteBuffer content) throws IOException {
    HttpResponse<ByteBuffer> answer =
        put(name, content, request -> request.header("If-None-Match", "*"));
    if (answer.statusCode() == PRECONDITION_FAILED) {
      return false;
    }
    try {
      requireSuccess(what("put", name), answer);
      return true;
    } catch (IOException e) {
      throw RefusedConditionException.of(answer.statusCode(), e);
    }
  }

  private HttpResponse<ByteBuffer> put(
      String name, ByteBuffer content, UnaryOperator<HttpRequest.Builder> more) throws IOException {
    String what = what("put", name);
    return send(
        what,
        "/" + name,
        request ->
            http.upload(
                what,
                more.apply(request).header("Content-Type", "application/octet-stream"),
                content));
  }

  @Override
  public ByteBuffer get(String name, int bytesMax) throws IOException {
    String what = what("get", name);
    HttpResponse<ByteBuffer> answer =
        send(
            what,
            "/" + name,
            request ->
                http.download(
                    what,
                    request.GET().build(),
                    bytesMax,
                    headers -> {
                      long bytes = headers.headers().firstValueAsLong("Content-Length").orElse(0);
                      return ByteBuffer.allocate(bytes > bytesMax ? 0 : (int) bytes);
                    }));
    requireObject(what, name, answer);
    long bytes = answer.headers().firstValueAsLong("Content-Length").orElse(0);
    if (bytes > bytesMax) {
      throw new ObjectTooLongException(toString(), name, bytes, bytesMax);
    }
    requireWhole(what, answer.body(), bytes);
    return answer.body();
  }

  @Override
  public void get(String name, long offsetBytes, ByteBuffer destination) throws IOException {
    String what = what("get", name);
    int bytes = destination.remaining();
    String range = "bytes=%d-%d".formatted(offsetBytes, offsetBytes + bytes - 1);
    HttpResponse<ByteBuffer> answer =
        send(
            what,
            "/" + name,
            request ->
                http.download(
                    what,
                    request.header("Range", range).GET().build(),
                    bytes,
                    headers -> headers.statusCode() == 206 ? destination : ByteBuffer.allocate(0)));
    if (answer.statusCode() == RANGE_NOT_SATISFIABLE) {
      throw new EOFException(what + ": it ends before");
    }
    requireObject(what, name, answer);
    if (answer.statusCode() != 206) {
      throw new IOException(what + ": the service does not know ranges");
    }
    if (answer.headers().firstValueAsLong("Content-Length").orElse(bytes) < bytes) {
      throw new EOFException(what + ": it ends before");
    }
    requireWhole(what, answer.body(), bytes);
  }

  private void requireObject(String what, String name, HttpResponse<ByteBuffer> answer)
      throws IOException {
    if (!isFound(what, answer)) {
      throw new NoSuchObjectException(toString(), name);
    }
  }

  private static void requireWhole(String what, ByteBuffer body, long bytes)
      throws TemporaryFailureException {
    if (body.remaining() != bytes) {
      throw new TemporaryFailureException(what + ": the answer broke off before its end");
    }
  }

  @Override
  public void delete(String name) throws IOException {
    String what = what("delete", name);
    HttpResponse<ByteBuffer> answer =
        send(what, "/" + name, request -> http.send(what, request.DELETE().build()));
    isFound(what, answer); // one that is not is removed already
  }

  @Override
  public boolean exists(String name) throws IOException {
    String what = what("look for", name);
    HttpResponse<ByteBuffer> answer =
        send(what, "/" + name, request -> http.send(what, request.HEAD().build()));
    return isFound(what, answer);
  }

  @Override
  public ListedPage list(String prefix, String after) throws IOException {
    String what = what("list", prefix);
    String query =
        "?format=json&limit=%d&prefix=%s&marker=%s"
            .formatted(PAGE_MAX, encoded(prefix), encoded(after));
    HttpResponse<ByteBuffer> answer =
        send(what, query, request -> http.send(what, request.GET().build()));
    requireSuccess(what, answer);
    try {
      var entries = new ArrayList<ListedPage.Entry>();
      for (JsonNode object : JsonMapper.shared().readTree(SwiftErrors.text(answer.body()))) {
        entries.add(
            new ListedPage.Entry(object.path("name").asString(), object.path("bytes").asLong()));
      }
      return new ListedPage(entries, entries.isEmpty());
    } catch (JacksonException e) {
      throw new IOException(what + ": the answer cannot be understood", e);
    }
  }

  @Override
  public Duration listingDelay() {
    return container.listingDelay();
  }

  @Override
  public void close() {
    http.close();
  }

  @Override
  public String toString() {
    return "swift://" + container.name() + " (" + login + ")";
  }

  /** A failure because the container is missing says so. */
  private void requireSuccess(String what, HttpResponse<ByteBuffer> answer) throws IOException {
    if (!isFound(what, answer)) {
      SwiftErrors.requireSuccess(what, answer);
    }
  }

  /** Whether a success was answered, or that the container is there and the object is not. */
  private boolean isFound(String what, HttpResponse<ByteBuffer> answer) throws IOException {
    if (answer.statusCode() == NOT_FOUND) {
      requireContainer(what);
      return false;
    }
    SwiftErrors.requireSuccess(what, answer);
    return true;
  }

  /** A missing object is another thing than a missing container. */
  private void requireContainer(String what) throws IOException {
    HttpResponse<ByteBuffer> answer =
        send(what, "", request -> http.send(what, request.HEAD().build()));
    if (answer.statusCode() == NOT_FOUND) {
      throw new IOException(what + ": there is no such container");
    }
    SwiftErrors.requireSuccess(what, answer);
  }

  /** Sends a request that is complete but for its method. */
  @FunctionalInterface
  private interface Sending {
    HttpResponse<ByteBuffer> send(HttpRequest.Builder request) throws IOException;
  }

  /** Sends a request with a token, and once more with a new one if that has run out. */
  private HttpResponse<ByteBuffer> send(String what, String pathAndQuery, Sending sending)
      throws IOException {
    SwiftSession first = session(null);
    HttpResponse<ByteBuffer> answer = sending.send(request(first, pathAndQuery));
    if (answer.statusCode() == UNAUTHORIZED) {
      answer = sending.send(request(session(first), pathAndQuery));
    }
    if (answer.statusCode() == UNAUTHORIZED) {
      throw new WrongCredentialsException(what + ": the token is refused");
    }
    return answer;
  }

  private HttpRequest.Builder request(SwiftSession session, String pathAndQuery) {
    URI uri =
        URI.create(
            "%s/%s%s"
                .formatted(
                    session.storageUrl().toString().replaceAll("/+$", ""),
                    encoded(container.name()),
                    pathAndQuery));
    return HttpRequest.newBuilder(uri).header("X-Auth-Token", session.token());
  }

  /** The session; another than {@code old}, which is no good any more. */
  private synchronized SwiftSession session(@Nullable SwiftSession old) throws IOException {
    SwiftSession now = session;
    if (now == null || now.equals(old)) {
      now = login.begin(http);
      session = now;
    }
    return now;
  }

  private String what(String verb, String name) {
    return "%s %s in %s".formatted(verb, name, this);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
