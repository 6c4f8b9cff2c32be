package atoll.identity.keystone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** As much of a Keystone as tokens need, in memory, which can be made to fail. */
public final class FakeKeystone extends TestKeystone implements AutoCloseable {
  static final Duration LIFETIME = Duration.ofHours(1);

  private static final String PASSWORD = "secret";

  private final InstantSource clock;
  private final @Nullable SSLContext tls;
  private final int port;
  private final Map<String, User> users = new ConcurrentHashMap<>();
  private final Map<String, String> projects = new ConcurrentHashMap<>();
  private final Map<String, Map<String, Object>> tokens = new ConcurrentHashMap<>();
  private final AtomicInteger logins = new AtomicInteger();
  private final AtomicInteger questions = new AtomicInteger();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger atOnceMax = new AtomicInteger();
  private volatile @Nullable Fault fault;
  private volatile boolean isAdminProject = true;
  private HttpServer server;
  private ExecutorService threads;

  private record User(String id, String password, String project, String role) {}

  /** What is answered to all questions about tokens, after a while. */
  record Fault(int status, String body, Duration delay) {}

  private FakeKeystone(InstantSource clock) throws IOException {
    this.clock = clock;
    this.tls = null;
    this.server = newServer(0);
    this.port = server.getAddress().getPort();
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
  }

  private FakeKeystone(InstantSource clock, SSLContext tls, HttpClient http) throws IOException {
    super(http);
    this.clock = clock;
    this.tls = tls;
    this.server = newServer(0);
    this.port = server.getAddress().getPort();
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
  }

  /** One whose tokens are good for an hour of a clock. */
  public static FakeKeystone open(InstantSource clock) throws IOException {
    return served(new FakeKeystone(clock));
  }

  /**
   * One that speaks TLS.
   *
   * @param trusting what its users trust
   */
  public static FakeKeystone openTls(InstantSource clock, SSLContext serving, SSLContext trusting)
      throws IOException {
    HttpClient http = HttpClient.newBuilder().sslContext(trusting).build();
    return served(new FakeKeystone(clock, serving, http));
  }

  private static FakeKeystone served(FakeKeystone keystone) {
    keystone.serve();
    keystone.addUser("admin", PASSWORD, "admin", "admin");
    return keystone;
  }

  private HttpServer newServer(int port) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    if (tls == null) {
      return HttpServer.create(address, 0);
    }
    HttpsServer https = HttpsServer.create(address, 0);
    https.setHttpsConfigurator(new HttpsConfigurator(tls));
    return https;
  }

  private void serve() {
    server.createContext("/v3/auth/tokens", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  @Override
  public URI url() {
    return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port);
  }

  @Override
  public String adminPassword() {
    return PASSWORD;
  }

  @Override
  public void addUser(String name, String password, String project, String role) {
    projects.computeIfAbsent(project, _ -> newId());
    users.put(name, new User(newId(), password, project, role));
  }

  @Override
  public void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Override
  public void start() throws IOException {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = newServer(port);
    serve();
  }

  @Override
  public void close() {
    stop();
  }

  /** From now on; null to be well again. */
  void setFault(@Nullable Fault now) {
    fault = now;
  }

  /** As when its keys are changed. */
  void forgetAllTokens() {
    tokens.clear();
  }

  /** Tokens say that their project is not the one of the admins. */
  void hasAnotherAdminProject() {
    isAdminProject = false;
  }

  /** How often somebody logged in. */
  public int logins() {
    return logins.get();
  }

  /** How often it was asked about a token. */
  public int questions() {
    return questions.get();
  }

  /** How many questions there were at one time. */
  int questionsAtOnce() {
    return atOnceMax.get();
  }

  private static String newId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  private void answer(HttpExchange call) throws IOException {
    try (call) {
      switch (call.getRequestMethod()) {
        case "POST" -> login(call);
        case "GET" -> show(call);
        case "DELETE" -> {
          tokens.remove(call.getRequestHeaders().getFirst("X-Subject-Token"));
          call.sendResponseHeaders(204, -1);
        }
        default -> fail(call, 405);
      }
    }
  }

  private void login(HttpExchange call) throws IOException {
    logins.incrementAndGet();
    JsonNode auth = JsonMapper.shared().readTree(call.getRequestBody().readAllBytes()).get("auth");
    JsonNode asked = auth.at("/identity/password/user");
    String name = asked.path("name").asString();
    User user = users.get(name);
    if (user == null || !user.password.equals(asked.path("password").asString())) {
      fail(call, 401);
      return;
    }
    var token = new LinkedHashMap<String, Object>();
    token.put("user", Map.of("id", user.id, "name", name));
    token.put("expires_at", clock.instant().plus(LIFETIME).toString());
    JsonNode scope = auth.path("scope");
    if (!scope.isMissingNode()) {
      if (scope.has("system")) {
        token.put("system", Map.of("all", true));
      } else if (scope.at("/project/name").asString("").equals(user.project)) {
        token.put("project", Map.of("id", projects.get(user.project), "name", user.project));
      } else {
        fail(call, 401);
        return;
      }
      token.put("roles", withImplied(user.role).stream().map(it -> Map.of("name", it)).toList());
    }
    if (!isAdminProject) {
      token.put("is_admin_project", false);
    }
    String text = newId();
    tokens.put(text, token);
    call.getResponseHeaders().set("X-Subject-Token", text);
    send(call, 201, Map.of("token", token));
  }

  private void show(HttpExchange call) throws IOException {
    questions.incrementAndGet();
    int now = atOnce.incrementAndGet();
    atOnceMax.accumulateAndGet(now, Math::max);
    try {
      Fault wrong = fault;
      if (wrong != null) {
        Thread.sleep(wrong.delay());
        send(call, wrong.status(), wrong.body().getBytes(StandardCharsets.UTF_8));
        return;
      }
      Map<String, Object> asking = good(call.getRequestHeaders().getFirst("X-Auth-Token"));
      Map<String, Object> token = good(call.getRequestHeaders().getFirst("X-Subject-Token"));
      if (asking == null) {
        fail(call, 401);
      } else if (!String.valueOf(asking.get("roles")).contains("admin")) {
        fail(call, 403);
      } else if (token == null) {
        fail(call, 404);
      } else {
        send(call, 200, Map.of("token", token));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      atOnce.decrementAndGet();
    }
  }

  private @Nullable Map<String, Object> good(@Nullable String text) {
    Map<String, Object> token = text == null ? null : tokens.get(text);
    boolean isOver =
        token != null
            && !clock.instant().isBefore(Instant.parse(String.valueOf(token.get("expires_at"))));
    return isOver ? null : token;
  }

  private static void fail(HttpExchange call, int status) throws IOException {
    send(call, status, Map.of("error", Map.of("code", status, "message", "no", "title", "No")));
  }

  private static void send(HttpExchange call, int status, Map<String, Object> body)
      throws IOException {
    send(call, status, JsonMapper.shared().writeValueAsBytes(body));
  }

  private static void send(HttpExchange call, int status, byte[] body) throws IOException {
    call.getResponseHeaders().set("Content-Type", "application/json");
    call.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    call.getResponseBody().write(body);
  }
}
