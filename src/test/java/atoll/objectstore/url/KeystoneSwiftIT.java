package atoll.objectstore.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.RealServer;
import atoll.objectstore.Traffic;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A container of a real Swift, with tokens of a real Keystone. */
class KeystoneSwiftIT {
  private static final String AUTH_URL = "OS_AUTH_URL";
  private static final List<String> VARIABLES =
      List.of(
          AUTH_URL,
          "OS_REGION_NAME",
          "OS_USERNAME",
          "OS_PASSWORD",
          "OS_PROJECT_NAME",
          "OS_USER_DOMAIN_NAME",
          "OS_PROJECT_DOMAIN_NAME");

  @RegisterExtension static final RealServer SWIFT = new RealServer(RealServer.KEYSTONE_SWIFT);

  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void logIn() {
    VARIABLES.forEach(name -> environment.put(name, SWIFT.get(name)));
  }

  private void use() throws IOException {
    var stores = new ObjectStores(environment, Traffic.UNLIMITED);
    StoreUrl url = StoreUrl.parse("swift://by-keystone/" + UUID.randomUUID());
    stores.create(url);
    try (ObjectStore store = stores.open(url)) {
      store.put("a/b", ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertThat(store.get("a/b", 3).get(2)).isEqualTo((byte) 3);
      store.delete("a/b");
      assertThat(store.exists("a/b")).isFalse();
    }
  }

  @Test
  void userWithPassword() throws IOException {
    use();
  }

  @Test
  void addressWithoutVersionAndDefaultDomains() throws IOException {
    environment.put(AUTH_URL, SWIFT.get(AUTH_URL).replaceAll("/v3$", "/"));
    environment.remove("OS_USER_DOMAIN_NAME");
    environment.remove("OS_PROJECT_DOMAIN_NAME");
    environment.remove("OS_REGION_NAME");
    use();
  }

  @Test
  void applicationCredential() throws Exception {
    JsonNode credential = newApplicationCredential();
    environment.clear();
    environment.put(AUTH_URL, SWIFT.get(AUTH_URL));
    environment.put("OS_APPLICATION_CREDENTIAL_ID", credential.path("id").asString());
    environment.put("OS_APPLICATION_CREDENTIAL_SECRET", credential.path("secret").asString());
    use();
  }

  @Test
  void wrongPasswordIsNamed() {
    environment.put("OS_PASSWORD", "wrong");
    assertThatThrownBy(this::use).hasMessageContaining("look at OS_USERNAME");
  }

  @Test
  void whatTheCatalogueLacksIsNamed() {
    environment.put("OS_INTERFACE", "internal");
    assertThatThrownBy(this::use).hasMessageContaining("no internal endpoint");
    environment.put("OS_REGION_NAME", "Elsewhere");
    assertThatThrownBy(this::use).hasMessageContaining("in region Elsewhere");
  }

  private static JsonNode newApplicationCredential() throws Exception {
    String body =
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user":
          {"name": "%s", "domain": {"id": "default"}, "password": "%s"}}},
          "scope": {"project": {"name": "%s", "domain": {"id": "default"}}}}}
        """
            .formatted(
                SWIFT.get("OS_USERNAME"), SWIFT.get("OS_PASSWORD"), SWIFT.get("OS_PROJECT_NAME"));
    HttpResponse<String> login = post("auth/tokens", "", body);
    String user = JsonMapper.shared().readTree(login.body()).at("/token/user/id").asString();
    String token = login.headers().firstValue("X-Subject-Token").orElseThrow();
    HttpResponse<String> made =
        post(
            "users/" + user + "/application_credentials",
            token,
            "{\"application_credential\": {\"name\": \"%s\"}}".formatted(UUID.randomUUID()));
    return JsonMapper.shared().readTree(made.body()).path("application_credential");
  }

  private static HttpResponse<String> post(String path, String token, String body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(SWIFT.get(AUTH_URL) + "/" + path))
            .header("Content-Type", "application/json")
            .header("X-Auth-Token", token)
            .POST(BodyPublishers.ofString(body))
            .build();
    try (var http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
      return answer;
    }
  }
}
