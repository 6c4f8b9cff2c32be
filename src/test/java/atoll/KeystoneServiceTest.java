package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.cli.serve.ServiceSettings;
import atoll.identity.keystone.FakeKeystone;
import atoll.identity.keystone.KeystoneSettings;
import atoll.identity.keystone.TestKeystone.Issued;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole service that takes the tokens of a Keystone. */
class KeystoneServiceTest {
  private static final String VOLUME = "{\"volume\": {\"size\": 1}}";

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private FakeKeystone keystone;
  private Service service;

  @BeforeEach
  void open() throws Exception {
    keystone = FakeKeystone.open(InstantSource.system());
    for (String role : List.of("member", "reader")) {
      keystone.addUser(role, "pass", "p", role);
    }
    keystone.addUser("other", "pass", "q", "member");
    service = Service.open(settings(folder.resolve("data")));
  }

  @AfterEach
  void close() throws IOException {
    http.close();
    service.close();
    keystone.close();
  }

  private ServiceSettings settings(Path data) {
    return settings(data, keystone.settings());
  }

  private static ServiceSettings settings(Path data, KeystoneSettings keystone) {
    return ServiceSettings.in(data).withKeystone(keystone);
  }

  private HttpResponse<String> call(
      String header, @Nullable String token, String method, String path, String body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(service.url() + path))
            .method(method, BodyPublishers.ofString(body));
    if (token != null) {
      request.header(header, token);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> call(Issued who, String method, String path, String body)
      throws Exception {
    return call("X-Auth-Token", who.token(), method, "/volume/v3/" + who.project() + path, body);
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return JsonMapper.shared().readTree(answer.body());
  }

  private String newVolume(Issued who) throws Exception {
    HttpResponse<String> made = call(who, "POST", "/volumes", VOLUME);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(202);
    return json(made).at("/volume/id").asString();
  }

  @Test
  void whatBelongsToAnotherProjectIsNotThereButForTheAdmin() throws Exception {
    Issued member = keystone.login("member", "pass", "p");
    Issued other = keystone.login("other", "pass", "q");
    Issued admin = keystone.login("admin", keystone.adminPassword(), "admin");
    String volume = newVolume(member);
    HttpResponse<String> shown = call(member, "GET", "/volumes/" + volume, "");
    assertThat(json(shown).at("/volume/os-vol-tenant-attr:tenant_id").asString())
        .isEqualTo(member.project());
    assertThat(json(shown).at("/volume/user_id").asString()).isEqualTo(member.user());
    assertThat(call(other, "GET", "/volumes/" + volume, "").statusCode()).isEqualTo(404);
    assertThat(json(call(other, "GET", "/volumes", "")).get("volumes")).isEmpty();
    assertThat(call(admin, "GET", "/volumes/" + volume, "").statusCode()).isEqualTo(200);
    HttpResponse<String> strayed =
        call(
            "X-Auth-Token",
            other.token(),
            "GET",
            "/volume/v3/" + member.project() + "/volumes",
            "");
    assertThat(strayed.statusCode()).isEqualTo(400);
  }

  @Test
  void aReaderSeesAndDoesNotChange() throws Exception {
    Issued reader = keystone.login("reader", "pass", "p");
    newVolume(keystone.login("member", "pass", "p"));
    assertThat(json(call(reader, "GET", "/volumes", "")).get("volumes")).hasSize(1);
    assertThat(call(reader, "POST", "/volumes", VOLUME).statusCode()).isEqualTo(403);
  }

  @Test
  void aTokenMayComeAsABearersToo() throws Exception {
    Issued member = keystone.login("member", "pass", "p");
    assertThat(
            call("Authorization", "Bearer " + member.token(), "GET", "/atoll/v1/tasks", "")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void manyCallsAreOneQuestion() throws Exception {
    Issued member = keystone.login("member", "pass", "p");
    for (int i = 0; i < 20; i++) {
      assertThat(call(member, "GET", "/volumes", "").statusCode()).isEqualTo(200);
      HttpResponse<String> wrong = call("X-Auth-Token", "none", "GET", "/volume/v3/x/volumes", "");
      assertThat(wrong.statusCode()).isEqualTo(401);
    }
    assertThat(keystone.questions()).isEqualTo(2);
  }

  @Test
  void whoHasNoTokenIsToldWhereThereAreSome() throws Exception {
    HttpResponse<String> volumes = call("", null, "GET", "/volume/v3/x/volumes", "");
    assertThat(volumes.statusCode()).isEqualTo(401);
    assertThat(volumes.headers().firstValue("WWW-Authenticate"))
        .contains("Keystone uri=\"" + keystone.url() + "\"");
    assertThat(call("", null, "GET", "/atoll/v1/tasks", "").headers().map().get("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"" + keystone.url() + "/v3\"");
    for (String path : List.of("/identity", "/identity/", "/identity/v3", "/identity/v3/users")) {
      HttpResponse<String> none = call("", null, "GET", path, "");
      assertThat(none.statusCode()).isEqualTo(404);
      assertThat(json(none).at("/error/message").asString())
          .isEqualTo("This service takes the tokens of the Keystone at " + keystone.url() + "/v3.");
    }
    HttpResponse<String> login = call("", null, "POST", "/identity/v3/auth/tokens", "{}");
    assertThat(login.statusCode()).isEqualTo(404);
    assertThat(call("", null, "GET", "/", "").statusCode()).isEqualTo(404);
    assertThat(call("", null, "GET", "/volume/v3", "").body()).doesNotContain("identity");
  }

  @Test
  void itHasNoUsersAndNoPasswordOfItsOwn() throws Exception {
    assertThat(Files.exists(folder.resolve("data/openrc"))).isFalse();
    assertThat(service.hints())
        .contains(
            "  openstack service create --name cinder block-storage",
            "  openstack endpoint create --region RegionOne block-storage public '"
                + service.url()
                + "/volume/v3/%(project_id)s'",
            "  openstack endpoint create --region RegionOne atoll public '"
                + service.url()
                + "/atoll/v1'");
    service.close();
    try (var cloud = TestCloud.open(folder.resolve("data"))) { // a way back
      assertThat(cloud.admin.must("GET", "/volumes", null).get("volumes")).isEmpty();
      assertThat(cloud.service.hints()).isEmpty();
    }
    service = Service.open(settings(folder.resolve("data")));
  }

  @Test
  void whileKeystoneIsDownCallsAreToBeTriedAgain() throws Exception {
    Issued member = keystone.login("member", "pass", "p");
    Issued reader = keystone.login("reader", "pass", "p");
    newVolume(member);
    keystone.stop();
    HttpResponse<String> unknown = call(reader, "GET", "/volumes", "");
    assertThat(unknown.statusCode()).isEqualTo(503);
    assertThat(unknown.headers().firstValue("Retry-After")).contains("2");
    assertThat(json(unknown).at("/serviceUnavailable/message").asString())
        .isEqualTo(
            "Keystone does not answer: whether the token is good cannot be told now. Try again.");
    HttpResponse<String> own = call("X-Auth-Token", reader.token(), "GET", "/atoll/v1/tasks", "");
    assertThat(own.statusCode()).isEqualTo(503);
    assertThat(own.headers().firstValue("Retry-After")).isPresent();
    assertThat(call(member, "GET", "/volumes", "").statusCode()).isEqualTo(200);
    assertThat(call("", null, "GET", "/healthz", "").statusCode()).isEqualTo(200);
    keystone.start();
    Thread.sleep(2100); // as Retry-After says
    assertThat(call(reader, "GET", "/volumes", "").statusCode()).isEqualTo(200);
  }

  @Test
  void overTlsItTrustsWhomOsCacertNames() throws Exception {
    var certificate = TestCertificate.make(folder);
    try (var secure =
        FakeKeystone.openTls(
            InstantSource.system(), certificate.serving(), certificate.trusting())) {
      secure.addUser("member", "pass", "p", "member");
      Issued member = secure.login("member", "pass", "p");
      for (@Nullable Path trusted : new @Nullable Path[] {null, certificate.pem()}) {
        service.close();
        KeystoneSettings url = secure.settings();
        service =
            Service.open(
                settings(
                    folder.resolve("data"),
                    new KeystoneSettings(url.url(), url.account(), trusted)));
        assertThat(call(member, "GET", "/volumes", "").statusCode())
            .isEqualTo(trusted == null ? 503 : 200);
      }
    }
  }
}
