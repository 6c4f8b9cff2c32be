package atoll.identity.keystone;

import atoll.keystone.Account;
import atoll.keystone.Account.Named;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Keystone, real or not, and how tests speak to it: as its users do. */
public abstract class TestKeystone {
  private static final Named DEFAULT = Named.ofId("default");

  private final HttpClient http;

  /** One that its users trust because Java does. */
  TestKeystone() {
    this(HttpClient.newHttpClient());
  }

  /** One that its users speak to in their way. */
  TestKeystone(HttpClient http) {
    this.http = http;
  }

  /** Without a version. */
  public abstract URI url();

  /** The password of the user admin, who is admin of the project admin and of the system. */
  public abstract String adminPassword();

  /** Makes a user with a role in a project, which is made if it is not there. */
  public abstract void addUser(String name, String password, String project, String role)
      throws Exception;

  /** Ends it; it keeps what it knows. */
  public abstract void stop() throws IOException;

  /** Starts it again, where it was. */
  public abstract void start() throws IOException;

  /** As whom the service logs in. */
  public Account.User admin() {
    return account("admin", adminPassword(), "admin");
  }

  /** As who takes its tokens knows it. */
  public KeystoneSettings settings() {
    return new KeystoneSettings(url(), admin(), null);
  }

  static Account.User account(String name, String password, String project) {
    return new Account.User(name, DEFAULT, password, Named.ofName(project), DEFAULT);
  }

  /** A token, and what it says. */
  public record Issued(String token, JsonNode said) {
    /** The project's id. */
    public String project() {
      return said.at("/project/id").asString();
    }

    /** The user's id. */
    public String user() {
      return said.at("/user/id").asString();
    }
  }

  /** A user's token for a project. */
  public Issued login(String name, String password, String project) throws Exception {
    return issue(account(name, password, project).auth());
  }

  /** A user's token for something else. */
  Issued login(String name, String password, Map<String, Object> scope) throws Exception {
    var auth = new LinkedHashMap<>(account(name, password, "none").auth());
    auth.remove("scope");
    if (!scope.isEmpty()) {
      auth.put("scope", scope);
    }
    return issue(auth);
  }

  private Issued issue(Map<String, Object> auth) throws Exception {
    HttpResponse<String> answer = call("POST", "/auth/tokens", null, Map.of("auth", auth));
    if (answer.statusCode() != 201) {
      throw new AssertionError("a token: " + answer.statusCode() + " " + answer.body());
    }
    return new Issued(
        answer.headers().firstValue("X-Subject-Token").orElseThrow(),
        JsonMapper.shared().readTree(answer.body()).get("token"));
  }

  /** Makes a token void. */
  public void revoke(String token) throws Exception {
    HttpResponse<String> answer =
        call("DELETE", "/auth/tokens", token, null, "X-Subject-Token", token);
    if (answer.statusCode() != 204) {
      throw new AssertionError("revoke: " + answer.statusCode() + " " + answer.body());
    }
  }

  /** A call below {@code /v3}. */
  HttpResponse<String> call(
      String method,
      String path,
      @Nullable String token,
      @Nullable Map<String, Object> body,
      String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(url() + "/v3" + path))
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(JsonMapper.shared().writeValueAsBytes(body)));
    if (token != null) {
      request.header("X-Auth-Token", token);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  /** What must be understood, and answered with one thing. */
  JsonNode must(String method, String path, String token, @Nullable Map<String, Object> body)
      throws Exception {
    HttpResponse<String> answer = call(method, path, token, body);
    if (answer.statusCode() >= 300) {
      throw new AssertionError(
          method + " " + path + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer.body().isEmpty()
        ? JsonMapper.shared().missingNode()
        : JsonMapper.shared().readTree(answer.body());
  }

  /** What a role is, with what it implies. */
  static List<String> withImplied(String role) {
    return switch (role) {
      case "admin" -> List.of("admin", "member", "reader");
      case "member" -> List.of("member", "reader");
      default -> List.of(role);
    };
  }
}
