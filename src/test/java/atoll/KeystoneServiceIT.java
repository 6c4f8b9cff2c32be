package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackClient;
import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.cli.client.TaskCommand;
import atoll.cli.serve.ServiceSettings;
import atoll.engine.Eventually;
import atoll.format.QemuTools;
import atoll.identity.keystone.RealKeystone;
import atoll.identity.keystone.TestKeystone.Issued;
import atoll.objectstore.RealServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A whole service with Debian's Keystone, and OpenStack's own client, which finds it there. */
class KeystoneServiceIT {
  @RegisterExtension static final RealServer SERVER = new RealServer(RealServer.KEYSTONE);

  @TempDir Path folder;

  private final RealKeystone keystone = new RealKeystone(SERVER);
  private final HttpClient http = HttpClient.newHttpClient();

  private Service serve() throws IOException {
    return Service.open(
        ServiceSettings.in(folder.resolve("data")).withKeystone(keystone.settings()));
  }

  private OpenStackClient client(String name, String project) {
    return new OpenStackClient(
        "openstack",
        Map.of(
            "OS_AUTH_URL",
            SERVER.get("OS_AUTH_URL"),
            "OS_IDENTITY_API_VERSION",
            "3",
            "OS_USERNAME",
            name,
            "OS_PASSWORD",
            "pass",
            "OS_PROJECT_NAME",
            project,
            "OS_USER_DOMAIN_NAME",
            "Default",
            "OS_PROJECT_DOMAIN_NAME",
            "Default"));
  }

  private HttpResponse<String> volumes(Service service, Issued who) throws Exception {
    URI uri = URI.create(service.url() + "/volume/v3/" + who.project() + "/volumes");
    var request = HttpRequest.newBuilder(uri).header("X-Auth-Token", who.token()).build();
    return http.send(request, BodyHandlers.ofString());
  }

  @Test
  void clientsFindItInTheCatalogAndProjectsAreApart() throws Exception {
    QemuTools.require("openstack");
    try (Service service = serve()) {
      keystone.addService("block-storage", service.url() + "/volume/v3/%(project_id)s");
      keystone.addService("image", service.url() + "/image");
      keystone.addService("atoll", service.url() + "/atoll/v1");
      keystone.addUser("ann", "pass", "islands", "member");
      keystone.addUser("bob", "pass", "lagoons", "member");
      keystone.addUser("eve", "pass", "islands", "reader");

      OpenStackClient ann = client("ann", "islands");
      assertThat(ann.json("volume", "create", "--size", "1", "v").get("name").asString())
          .isEqualTo("v");
      String[] names = {"volume", "list", "-f", "value", "-c", "Name"};
      assertThat(client("eve", "islands").run(names).strip()).isEqualTo("v");
      assertThat(client("eve", "islands").refused("volume", "create", "--size", "1", "w"))
          .contains("HTTP 403");
      assertThat(client("bob", "lagoons").run(names).strip()).isEmpty();

      for (String url : List.of(SERVER.get("OS_AUTH_URL"), keystone.url().toString())) {
        assertThat(
                command(
                    "task list --os-user-domain-id default --os-project-domain-id default"
                        + " --os-username ann --os-password pass --os-project-name islands"
                        + " --os-auth-url "
                        + url))
            .startsWith("ID");
      }
      revokedAndKilled(service);
    }
  }

  private void revokedAndKilled(Service service) throws Exception {
    Issued known = keystone.login("ann", "pass", "islands");
    assertThat(volumes(service, known).statusCode()).isEqualTo(200);
    Issued revoked = keystone.login("ann", "pass", "islands");
    keystone.revoke(revoked.token());
    assertThat(volumes(service, revoked).statusCode()).isEqualTo(401);
    Issued later = keystone.login("bob", "pass", "lagoons");

    keystone.stop();
    assertThat(volumes(service, known).statusCode()).isEqualTo(200);
    HttpResponse<String> down = volumes(service, later);
    assertThat(down.statusCode()).isEqualTo(503);
    assertThat(down.body()).contains("Keystone does not answer");
    assertThat(down.headers().firstValue("Retry-After")).contains("2");
    keystone.start();
    int status =
        Eventually.until(
            "Keystone is asked again",
            Duration.ofSeconds(30),
            () -> volumes(service, later).statusCode(),
            answered -> answered != 503);
    assertThat(status).isEqualTo(200);
  }

  private static String command(String words) {
    var said = new StringWriter();
    var out = new PrintWriter(said, true);
    int code =
        new AtollCommandLine(out, out, List.of(new NamedCommand("task", TaskCommand::new)))
            .run(words.split(" ", -1));
    assertThat(code).as(said.toString()).isZero();
    return said.toString();
  }
}
