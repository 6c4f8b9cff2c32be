package atoll.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackClient;
import atoll.db.Database;
import atoll.db.TestDatabase;
import atoll.format.QemuTools;
import atoll.http.HttpMetrics;
import atoll.http.HttpServer;
import atoll.http.HttpSettings;
import atoll.identity.Identity;
import atoll.identity.IdentitySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The API behind a real server, called by OpenStack's own client, of Debian. */
class IdentityClientIT {
  private static final String CLIENT = "openstack";

  @TempDir Path folder;

  private @Nullable Database database;
  private @Nullable HttpServer server;
  private Login admin = new Login("", "", "");

  private record Login(String user, String password, String project) {}

  @BeforeEach
  void serve() throws IOException {
    QemuTools.require(CLIENT);
    database = TestDatabase.open(folder);
    Identity.Opened opened =
        Identity.open(
            database, IdentitySettings.DEFAULT, new SecureRandom(), InstantSource.system());
    var password = Objects.requireNonNull(opened.adminPassword());
    admin = new Login(password.userName(), password.password(), "admin");
    server =
        HttpServer.start(
            HttpSettings.at("127.0.0.1", 0),
            List.of(IdentityApi.of(opened.identity(), ApiFixture.CATALOG)),
            new HttpMetrics());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    if (database != null) {
      database.close();
    }
  }

  @Test
  void adminMakesProjectsUsersAndRoles() throws Exception {
    JsonNode sea = json(admin, "project", "create", "--description", "deep", "sea");
    String id = sea.get("id").stringValue();
    assertThat(sea.get("description").stringValue()).isEqualTo("deep");
    assertThat(sea.get("domain_id").stringValue()).isEqualTo("default");
    assertThat(run(admin, "project", "set", "--name", "lake", "--disable", "sea")).isEmpty();
    JsonNode lake = json(admin, "project", "show", "lake");
    assertThat(lake.get("id").stringValue()).isEqualTo(id);
    assertThat(lake.get("enabled").booleanValue()).isFalse();
    assertThat(run(admin, "project", "set", "--enable", "lake")).isEmpty();
    assertThat(run(admin, "project", "list", "-f", "value", "-c", "Name").lines())
        .containsExactly("admin", "lake");

    JsonNode anna =
        json(
            admin,
            "user",
            "create",
            "--password",
            "geheim",
            "--project",
            "lake",
            "--email",
            "a@b.example",
            "anna");
    assertThat(anna.get("default_project_id").stringValue()).isEqualTo(id);
    assertThat(anna.get("email").stringValue()).isEqualTo("a@b.example");
    assertThat(run(admin, "user", "set", "--description", "of the lake", "anna")).isEmpty();
    assertThat(json(admin, "user", "show", "anna").get("description").stringValue())
        .isEqualTo("of the lake");
    assertThat(run(admin, "user", "list", "-f", "value", "-c", "Name").lines())
        .containsExactly("admin", "anna");

    assertThat(json(admin, "role", "create", "auditor").get("name").stringValue())
        .isEqualTo("auditor");
    assertThat(run(admin, "role", "set", "--name", "inspector", "auditor")).isEmpty();
    assertThat(run(admin, "role", "list", "-f", "value", "-c", "Name").lines())
        .containsExactly("admin", "inspector", "member", "reader");
    assertThat(run(admin, "role", "add", "--project", "lake", "--user", "anna", "inspector"))
        .isEmpty();
    assertThat(run(admin, "role", "add", "--system", "all", "--user", "anna", "reader")).isEmpty();
    assertThat(
            run(admin, "role", "assignment", "list", "--names", "--user", "anna", "-f", "csv")
                .lines())
        .containsExactlyInAnyOrder(
            "\"Role\",\"User\",\"Group\",\"Project\",\"Domain\",\"System\",\"Inherited\"",
            "\"inspector\",\"anna@Default\",\"\",\"lake@Default\",\"\",\"\",False",
            "\"reader\",\"anna@Default\",\"\",\"\",\"\",\"all\",False");
    assertThat(run(admin, "role", "remove", "--project", "lake", "--user", "anna", "inspector"))
        .isEmpty();
    assertThat(run(admin, "role", "delete", "inspector")).isEmpty();
    assertThat(run(admin, "user", "delete", "anna")).isEmpty();
    assertThat(run(admin, "project", "delete", "lake")).isEmpty();
    assertThat(run(admin, "role", "assignment", "list", "-f", "value").lines()).hasSize(2);
  }

  @Test
  void userWorksInHisProject() throws Exception {
    assertThat(run(admin, "project", "create", "sea")).contains("sea");
    assertThat(run(admin, "user", "create", "--password", "geheim", "anna")).contains("anna");
    assertThat(run(admin, "role", "add", "--project", "sea", "--user", "anna", "member")).isEmpty();
    var anna = new Login("anna", "geheim", "sea");
    JsonNode token = json(anna, "token", "issue");
    String project = token.get("project_id").stringValue();
    assertThat(token.get("id").stringValue()).hasSize(164);
    assertThat(json(anna, "catalog", "show", "block-storage").get("endpoints").toString())
        .contains("/volume/v3/" + project);
    assertThat(run(anna, "catalog", "list", "-f", "value", "-c", "Type").lines())
        .containsExactlyInAnyOrder("identity", "volumev3", "block-storage");

    JsonNode keys = json(anna, "ec2", "credentials", "create");
    String access = keys.get("access").stringValue();
    assertThat(keys.get("project_id").stringValue()).isEqualTo(project);
    assertThat(json(anna, "ec2", "credentials", "show", access).get("secret"))
        .isEqualTo(keys.get("secret"));
    assertThat(run(anna, "ec2", "credentials", "list", "-f", "value", "-c", "Access").strip())
        .isEqualTo(access);
    assertThat(run(anna, "ec2", "credentials", "delete", access)).isEmpty();
    assertThat(run(anna, "ec2", "credentials", "list", "-f", "value")).isBlank();

    assertThat(
            run(
                anna,
                "user",
                "password",
                "set",
                "--original-password",
                "geheim",
                "--password",
                "neu"))
        .isEmpty();
    assertThat(refused(anna, "token", "issue")).contains("HTTP 401");
    var annaNow = new Login("anna", "neu", "sea");
    assertThat(refused(annaNow, "user", "list")).contains("HTTP 403");
    // The client is refused the list of all, and then asks for that of the user's own.
    assertThat(run(annaNow, "project", "list", "-f", "value", "-c", "Name")).isEqualTo("sea\n");
    String revoked = json(annaNow, "token", "issue").get("id").stringValue();
    assertThat(run(annaNow, "token", "revoke", revoked)).isEmpty();
    assertThat(refused(annaNow, "token", "revoke", revoked)).contains("HTTP 404");
  }

  private JsonNode json(Login login, String... words) throws Exception {
    return as(login).json(words);
  }

  private String run(Login login, String... words) throws Exception {
    return as(login).run(words);
  }

  private String refused(Login login, String... words) throws Exception {
    return as(login).refused(words);
  }

  private OpenStackClient as(Login login) {
    int port = Objects.requireNonNull(server).port();
    return new OpenStackClient(
        CLIENT,
        Map.of(
            "OS_AUTH_URL",
            "http://127.0.0.1:" + port + "/identity/v3",
            "OS_IDENTITY_API_VERSION",
            "3",
            "OS_USER_DOMAIN_NAME",
            "Default",
            "OS_PROJECT_DOMAIN_NAME",
            "Default",
            "OS_USERNAME",
            login.user,
            "OS_PASSWORD",
            login.password,
            "OS_PROJECT_NAME",
            login.project));
  }
}
