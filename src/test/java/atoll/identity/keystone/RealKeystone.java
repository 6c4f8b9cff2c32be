package atoll.identity.keystone;

import atoll.objectstore.RealServer;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Debian's Keystone. */
public final class RealKeystone extends TestKeystone {
  private final RealServer server;
  private @Nullable String adminToken;

  /** One that a script has started. */
  public RealKeystone(RealServer server) {
    this.server = server;
  }

  @Override
  public URI url() {
    return URI.create(server.get("OS_AUTH_URL").replaceFirst("/v3$", ""));
  }

  @Override
  public String adminPassword() {
    return server.get("OS_PASSWORD");
  }

  @Override
  public void stop() throws IOException {
    server.tell("stop");
  }

  @Override
  public void start() throws IOException {
    server.tell("start");
  }

  @Override
  public void addUser(String name, String password, String project, String role) throws Exception {
    Optional<String> there = find("project", project);
    String projectId =
        there.isPresent()
            ? there.get()
            : make("project", Map.of("name", project, "domain_id", "default"));
    String user = make("user", Map.of("name", name, "password", password, "domain_id", "default"));
    String roleId = find("role", role).orElseThrow();
    must(
        "PUT",
        "/projects/%s/users/%s/roles/%s".formatted(projectId, user, roleId),
        adminToken(),
        null);
  }

  private String make(String kind, Map<String, Object> spec) throws Exception {
    JsonNode made = must("POST", "/" + kind + "s", adminToken(), Map.of(kind, spec));
    return made.at("/" + kind + "/id").asString();
  }

  private Optional<String> find(String kind, String name) throws Exception {
    JsonNode found = must("GET", "/" + kind + "s?name=" + name, adminToken(), null).get(kind + "s");
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0).get("id").asString());
  }

  /** To log in takes long. */
  private String adminToken() throws Exception {
    if (adminToken == null) {
      adminToken = login("admin", adminPassword(), "admin").token();
    }
    return adminToken;
  }

  /** Puts a service into the catalog. */
  public void addService(String type, String url) throws Exception {
    String service = make("service", Map.of("type", type, "name", "atoll-" + type));
    String _ =
        make(
            "endpoint",
            Map.of(
                "interface",
                "public",
                "region_id",
                "RegionOne",
                "service_id",
                service,
                "url",
                url));
  }
}
