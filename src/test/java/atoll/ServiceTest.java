package atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.TestCloud.Answer;
import atoll.cli.serve.ServiceSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service's folder, starts and stops. */
class ServiceTest {
  @TempDir Path folder;

  private Path openrc() {
    return folder.resolve("data").resolve("openrc");
  }

  @Test
  void theFirstStartMakesAPasswordThatOnlyItsOwnerReads() throws Exception {
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      assertThat(cloud.admin.must("GET", "/volumes", null).get("volumes").size()).isZero();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(openrc())))
        .isEqualTo("rw-------");
  }

  @Test
  void anotherStartGoesOnWhereItWas() throws Exception {
    String password;
    String token;
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      cloud.admin.must("POST", "/volumes", "{\"volume\": {\"size\": 1, \"name\": \"v\"}}");
      password = Files.readString(openrc());
      token = cloud.admin.token;
    }
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      assertThat(Files.readString(openrc())).isEqualTo(password);
      Answer volumes =
          cloud.send(token, "3.0", "GET", "/volume/v3/" + cloud.admin.project + "/volumes", null);
      assertThat(volumes.body().get("volumes").get(0).get("name").asString()).isEqualTo("v");
    }
  }

  @Test
  void aFirstStartThatWasCutOffIsMadeGood() throws Exception {
    try (TestCloud _ = TestCloud.open(folder.resolve("data"))) {
      Files.write(openrc(), new byte[0]); // as if it had ended before the password was written
    }
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      assertThat(cloud.admin.must("GET", "/volumes", null).get("volumes").size()).isZero();
    }
  }

  @Test
  void oneFolderHasOneService() throws Exception {
    try (TestCloud _ = TestCloud.open(folder.resolve("data"))) {
      assertThatThrownBy(() -> Service.open(TestCloud.settings(folder.resolve("data"), false)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process of Atoll is at work in");
    }
  }

  @Test
  void itTellsHowItIs() throws Exception {
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      assertThat(cloud.send(null, null, "GET", "/healthz", null).text()).isEqualTo("ok\n");
      cloud.admin.must("POST", "/volumes", "{\"volume\": {\"size\": 2}}");
      assertThat(cloud.send(null, null, "GET", "/metrics", null).text())
          .contains("atoll_volumes 1\n")
          .contains("atoll_volume_bytes 2147483648\n")
          .contains(
              "atoll_http_requests_total{api=\"/volume\",method=\"POST\",status=\"202\"} 1\n");
      assertThat(cloud.send(null, null, "GET", "/nothing", null).status()).isEqualTo(404);
    }
  }

  @Test
  void whoCallsTooOftenHasToWait() throws Exception {
    ServiceSettings settings = ServiceSettings.in(folder.resolve("data")).withCallsPerSecond(5);
    try (var cloud = new TestCloud(settings)) {
      Answer refused = cloud.admin.volume("3.0", "GET", "/volumes", null);
      for (int i = 0; i < 1000 && refused.status() == 200; i++) {
        refused = cloud.admin.volume("3.0", "GET", "/volumes", null);
      }
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.whole().headers().firstValue("Retry-After")).hasValue("1");
      assertThat(refused.body().get("overLimit").get("message").asString())
          .startsWith("Too many calls; try again in ");
      assertThat(cloud.send(null, null, "GET", "/identity/v3", null).status()).isEqualTo(200);
      assertThat(cloud.send(null, null, "GET", "/healthz", null).status()).isEqualTo(200);
      TimeUnit.MILLISECONDS.sleep(500); // more than a call costs
      assertThat(cloud.admin.volume("3.0", "GET", "/volumes", null).status()).isEqualTo(200);
    }
  }

  @Test
  void itSpeaksTlsWithTheCertificatesItIsGiven() throws Exception {
    var certificate = TestCertificate.make(folder);
    ServiceSettings settings =
        ServiceSettings.in(folder.resolve("data"))
            .withTls(new ServiceSettings.TlsFiles(certificate.pem(), certificate.key()));
    try (Service service = Service.open(settings);
        HttpClient http = HttpClient.newBuilder().sslContext(certificate.trusting()).build()) {
      assertThat(service.url()).startsWith("https://");
      var health = HttpRequest.newBuilder(URI.create(service.url() + "/healthz")).build();
      assertThat(http.send(health, HttpResponse.BodyHandlers.ofString()).body()).isEqualTo("ok\n");
    }
    Files.writeString(certificate.key(), "nonsense");
    assertThatThrownBy(() -> Service.open(settings))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no private key of PKCS#8 in");
  }

  @Test
  void callsHaveIdsAndBodiesHaveBounds() throws Exception {
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      Answer answer = cloud.admin.volume("3.0", "POST", "/volumes", "x".repeat(200_000));
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.whole().headers().firstValue("X-Openstack-Request-Id").orElseThrow())
          .startsWith("req-");
    }
  }
}
