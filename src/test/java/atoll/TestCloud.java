package atoll;

import atoll.api.openstack.OpenStackId;
import atoll.cli.serve.ServiceSettings;
import atoll.db.TestDatabase;
import atoll.engine.Eventually;
import atoll.engine.VolumeSpec;
import atoll.format.ImageFormat;
import atoll.model.Owner;
import atoll.model.ProjectId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole service in a folder, and how tests speak to it. */
final class TestCloud implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();

  final Service service;
  final Session admin;
  final String adminPassword;
  private final HttpClient http = HttpClient.newHttpClient();

  private TestCloud(Path folder, boolean strictDelete) throws Exception {
    this(settings(folder, strictDelete));
  }

  /** Whatever the settings say. */
  TestCloud(ServiceSettings settings) throws Exception {
    Path folder = settings.data();
    service = Service.open(settings);
    String openrc = Files.readString(folder.resolve("openrc"));
    Matcher password = Pattern.compile("OS_PASSWORD=(.*)").matcher(openrc);
    if (!password.find()) {
      throw new IllegalStateException("no password in openrc");
    }
    adminPassword = password.group(1);
    admin = login("admin", adminPassword, "admin");
  }

  static TestCloud open(Path folder) throws Exception {
    return openWithQuotas(folder).unlimited();
  }

  static TestCloud openStrict(Path folder) throws Exception {
    return new TestCloud(folder, true).unlimited();
  }

  /** With the quotas that a new service has; the other ways give projects whatever they ask for. */
  static TestCloud openWithQuotas(Path folder) throws Exception {
    return new TestCloud(folder, false);
  }

  private TestCloud unlimited() throws Exception {
    admin.must(
        "PUT",
        "/os-quota-class-sets/default",
        """
        {"quota_class_set": {"volumes": -1, "snapshots": -1, "gigabytes": -1, "backups": -1,
          "backup_gigabytes": -1, "groups": -1}}
        """);
    return this;
  }

  static ServiceSettings settings(Path folder, boolean strictDelete) throws IOException {
    return ServiceSettings.in(folder)
        .withDatabase(TestDatabase.url(folder))
        .withStrictDelete(strictDelete);
  }

  /** An answer. */
  record Answer(int status, JsonNode body, HttpResponse<byte[]> whole) {
    String text() {
      return new String(whole.body(), StandardCharsets.UTF_8);
    }
  }

  /** Who calls, and for which project. */
  final class Session {
    final String token;
    final String project;
    final String user;

    private Session(String token, String project, String user) {
      this.token = token;
      this.project = project;
      this.user = user;
    }

    /** Whose is what it makes. */
    Owner owner() {
      return TestCloud.owner(project, user);
    }

    /** A call below {@code /volume/v3/PROJECT}. */
    Answer volume(String version, String method, String path, @Nullable String body)
        throws IOException, InterruptedException {
      return send(token, version, method, "/volume/v3/" + project + path, body);
    }

    /** A call of Atoll's own API. */
    Answer own(String method, String path, @Nullable String body)
        throws IOException, InterruptedException {
      return send(token, null, method, "/atoll/v1" + path, body);
    }

    /** The same, which must be answered with a status; what it says. */
    JsonNode own(int status, String method, String path, @Nullable String body)
        throws IOException, InterruptedException {
      Answer answer = own(method, path, body);
      if (answer.status() != status) {
        throw new AssertionError(
            method + " " + path + ": " + answer.status() + " " + answer.text());
      }
      return answer.body();
    }

    /** The same in the lowest version, which must succeed. */
    JsonNode must(String method, String path, @Nullable String body)
        throws IOException, InterruptedException {
      Answer answer = volume("3.0", method, path, body);
      if (answer.status() >= 300) {
        throw new AssertionError(
            method + " " + path + ": " + answer.status() + " " + answer.text());
      }
      return answer.body();
    }

    /** A volume that holds what a file does. */
    VolumeId volumeOf(Path image) throws Exception {
      var spec = VolumeSpec.of(owner(), "v", Files.size(image));
      VolumeId made = service.engine().volumes().importImage(spec, image, ImageFormat.RAW).id();
      if (!service.engine().volumes().awaitMade(made, Duration.ofSeconds(30))) {
        throw new AssertionError("not made: " + made);
      }
      return made;
    }

    /** Waits until a thing has a status. */
    JsonNode await(String path, String kind, String status) throws Exception {
      return Eventually.until(
          path + " is " + status,
          Duration.ofSeconds(60),
          () -> must("GET", path, null).get(kind),
          thing -> thing.get("status").asString().equals(status));
    }
  }

  /** The engine's word for a user of a project, whose id is as Identity writes it. */
  static Owner owner(String project, String user) {
    return new Owner(new ProjectId(Objects.requireNonNull(OpenStackId.parse(project))), user);
  }

  Session login(String user, String password, String project) throws Exception {
    String body =
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user": {
          "name": "%s", "password": "%s", "domain": {"id": "default"}}}},
          "scope": {"project": {"name": "%s", "domain": {"id": "default"}}}}}
        """
            .formatted(user, password, project);
    Answer answer = send(null, null, "POST", "/identity/v3/auth/tokens", body);
    if (answer.status() != 201) {
      throw new AssertionError("login of " + user + ": " + answer.text());
    }
    JsonNode token = answer.body().get("token");
    return new Session(
        answer.whole().headers().firstValue("X-Subject-Token").orElseThrow(),
        token.get("project").get("id").asString(),
        token.get("user").get("id").asString());
  }

  /** Makes a project with one user of the same name, who has a role in it. */
  Session tenant(String name, String role) throws Exception {
    String project =
        identity("POST", "/projects", "{\"project\": {\"name\": \"%s\"}}".formatted(name))
            .get("project")
            .get("id")
            .asString();
    String user =
        identity(
                "POST",
                "/users",
                "{\"user\": {\"name\": \"%s\", \"password\": \"secret-%s\"}}".formatted(name, name))
            .get("user")
            .get("id")
            .asString();
    String roleId =
        identity("GET", "/roles?name=" + role, null).get("roles").get(0).get("id").asString();
    identity("PUT", "/projects/%s/users/%s/roles/%s".formatted(project, user, roleId), null);
    return login(name, "secret-" + name, name);
  }

  private JsonNode identity(String method, String path, @Nullable String body) throws Exception {
    Answer answer = send(admin.token, null, method, "/identity/v3" + path, body);
    if (answer.status() >= 300) {
      throw new AssertionError(method + " " + path + ": " + answer.status() + " " + answer.text());
    }
    return answer.body();
  }

  /** Sends what it is given, with more headers: names and values in turn. */
  Answer send(
      @Nullable String token,
      @Nullable String version,
      String method,
      String path,
      @Nullable String body,
      String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(service.url() + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("X-Auth-Token", token);
    }
    if (version != null) {
      request.header("OpenStack-API-Version", "volume " + version);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<byte[]> answer =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    boolean json =
        answer
            .headers()
            .firstValue("Content-Type")
            .orElse("")
            .matches("application/(problem\\+)?json.*");
    return new Answer(
        answer.statusCode(), json ? JSON.readTree(answer.body()) : JSON.missingNode(), answer);
  }

  @Override
  public void close() throws IOException {
    http.close();
    service.close();
  }
}
