package atoll.demo.service;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One who calls a service, for one project. May be used by several threads. */
public final class Caller {
  /** What reads answers. */
  public static final JsonMapper JSON = JsonMapper.shared();

  private static final String VERSION = "volume 3.70";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final HttpClient http;
  private final URI service;
  private final @Nullable String token;
  private final String projectId;

  private Caller(HttpClient http, URI service, @Nullable String token, String projectId) {
    this.http = http;
    this.service = service;
    this.token = token;
    this.projectId = projectId;
  }

  /** Logs in as the administrator whom a service made. */
  public static Caller loginAdmin(HttpClient http, ServiceProcess service)
      throws IOException, InterruptedException {
    return login(http, service.url(), "admin", service.adminPassword(), "admin");
  }

  /** Logs in. */
  static Caller login(HttpClient http, URI service, String user, String password, String project)
      throws IOException, InterruptedException {
    String body =
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user": {
          "name": "%s", "password": "%s", "domain": {"id": "default"}}}},
          "scope": {"project": {"name": "%s", "domain": {"id": "default"}}}}}
        """
            .formatted(user, password, project);
    var nobody = new Caller(http, service, null, "");
    HttpResponse<byte[]> answer = nobody.sent("POST", "/identity/v3/auth/tokens", body);
    String token = answer.headers().firstValue("X-Subject-Token").orElseThrow();
    JsonNode of = JSON.readTree(answer.body()).get("token").get("project");
    return new Caller(http, service, token, of.get("id").asString());
  }

  /** As Identity writes it: 32 hexadecimal digits. */
  public String projectId() {
    return projectId;
  }

  /** Reads something of Block Storage, below the project; the bytes of the answer. */
  byte[] volume(String path) throws IOException, InterruptedException {
    return volume("GET", path, null);
  }

  /** A call of Block Storage, below the project; the bytes of the answer. */
  public byte[] volume(String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    return sent(method, "/volume/v3/" + projectId + path, body).body();
  }

  /**
   * Makes a thing of Block Storage, and asks after it until it is available.
   *
   * @param kind {@code volume}, {@code snapshot} or {@code backup}
   */
  public JsonNode make(String kind, String body, Duration pollEvery)
      throws IOException, InterruptedException {
    JsonNode made = JSON.readTree(volume("POST", "/" + kind + "s", body)).get(kind);
    return awaitAvailable(kind, made.get("id").asString(), pollEvery);
  }

  /**
   * Asks after a thing of Block Storage until it is available; what it is then.
   *
   * @throws IOException if it comes to be in error, or is not available within five minutes
   */
  public JsonNode awaitAvailable(String kind, String id, Duration pollEvery)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode now = JSON.readTree(volume("/%ss/%s".formatted(kind, id))).get(kind);
      String status = now.get("status").asString();
      if (status.equals("available")) {
        return now;
      }
      if (status.equals("error") || System.nanoTime() > deadline) {
        throw new IOException("%s %s: %s".formatted(kind, id, status));
      }
      TimeUnit.NANOSECONDS.sleep(pollEvery.toNanos());
    }
  }

  /** A call of anything; the bytes of the answer. */
  public byte[] call(String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    return sent(method, path, body).body();
  }

  private HttpResponse<byte[]> sent(String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(service.resolve(path))
            .header("OpenStack-API-Version", VERSION)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("X-Auth-Token", token);
    }
    HttpResponse<byte[]> answer =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() >= 300) {
      throw new IOException(
          "%s %s: %d %s"
              .formatted(
                  method,
                  path,
                  answer.statusCode(),
                  new String(answer.body(), StandardCharsets.UTF_8)));
    }
    return answer;
  }
}
