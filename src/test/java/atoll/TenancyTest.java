package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.api.openstack.Access;
import atoll.api.openstack.OpenStackApi;
import atoll.api.openstack.OpenStackRoute;
import atoll.db.OnBothDatabases;
import atoll.http.Routes.Route;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Walks every route of every API with callers who may not take it, and with bodies of no sense. */
@OnBothDatabases
class TenancyTest {
  private static final int FUZZ_ROUNDS = 15;

  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session owner;
  private static Session foreigner;
  private static Session reader;

  /** What parameters of paths stand for: things of the owner. */
  private static Map<String, String> things = Map.of();

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    owner = cloud.tenant("owner", "member");
    foreigner = cloud.tenant("foreigner", "member");
    reader = cloud.tenant("reader", "reader");
  }

  @BeforeEach
  void makeThings() throws Exception {
    String volume = made("/volumes", "{\"volume\": {\"size\": 1}}", "volume");
    String of = "\"volume_id\": \"" + volume + "\"";
    things =
        Map.of(
            "volumes",
            volume,
            "snapshots",
            made("/snapshots", "{\"snapshot\": {" + of + "}}", "snapshot"),
            "backups",
            made("/backups", "{\"backup\": {" + of + "}}", "backup"),
            "instances",
            owner
                .own(201, "POST", "/instances", "{\"memory_mib\": 16, \"vcpus\": 1}")
                .get("id")
                .asString());
  }

  private static String made(String path, String body, String kind) throws Exception {
    return owner.must("POST", path, body).get(kind).get("id").asString();
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  /** The path of a route as a caller of a project takes it, to things of the owner. */
  private static String path(String prefix, Route<OpenStackRoute> route, String project) {
    var path = new StringBuilder(prefix);
    String resource = "";
    for (String segment : route.template().split("/", -1)) {
      if (segment.isEmpty() && path.length() == prefix.length()) {
        continue;
      }
      path.append('/');
      if (segment.equals("{project_id}")) {
        path.append(project);
      } else if (segment.startsWith("{")) {
        path.append(things.getOrDefault(resource, "a"));
      } else {
        path.append(segment);
        resource = segment;
      }
    }
    return path.toString();
  }

  private static boolean isOfOwner(Route<OpenStackRoute> route) {
    return things.keySet().stream().anyMatch(kind -> route.template().contains("/" + kind + "/{"));
  }

  private interface Check {
    void check(OpenStackApi api, Route<OpenStackRoute> route) throws Exception;
  }

  private static void everyRoute(Check check) throws Exception {
    int routes = 0;
    for (OpenStackApi api : cloud.service.apis()) {
      for (Route<OpenStackRoute> route : api.routes().all()) {
        check.check(api, route);
        routes++;
      }
    }
    assertThat(routes).isGreaterThan(100);
  }

  private static Answer call(
      @Nullable Session who, OpenStackApi api, Route<OpenStackRoute> route, @Nullable String body)
      throws Exception {
    return cloud.send(
        who == null ? null : who.token,
        "3.70",
        route.method().name(),
        path(api.prefix(), route, who == null ? owner.project : who.project),
        body);
  }

  @Test
  void nobodyGetsInWithoutAToken() throws Exception {
    everyRoute((api, route) -> {
      if (route.target().access() != Access.PUBLIC) {
        assertThat(call(null, api, route, "{}").status()).as("%s", route).isEqualTo(401);
      }
    });
  }

  @Test
  void aTokenThatIsNoneIsRefusedEverywhere() throws Exception {
    everyRoute((api, route) -> {
      String path = path(api.prefix(), route, owner.project);
      assertThat(cloud.send("gAAAA", "3.70", route.method().name(), path, "{}").status())
          .as("%s", route)
          .isEqualTo(401);
    });
  }

  @Test
  void whatIsOfAnotherProjectIsNotThere() throws Exception {
    everyRoute((api, route) -> {
      if (isOfOwner(route) && route.target().access() != Access.ADMIN) {
        assertThat(call(foreigner, api, route, "{}").status()).as("%s", route).isEqualTo(404);
      }
    });
    for (String kind : List.of("volumes", "snapshots", "backups")) {
      assertThat(foreigner.must("GET", "/" + kind + "?all_tenants=1", null).get(kind).size())
          .as(kind)
          .isZero();
      assertThat(owner.must("GET", "/" + kind, null).get(kind).size()).as(kind).isPositive();
    }
  }

  @Test
  void theProjectInThePathMustBeThatOfTheToken() throws Exception {
    everyRoute((api, route) -> {
      if (route.template().contains("{project_id}") && route.target().access() != Access.ADMIN) {
        String path = path(api.prefix(), route, owner.project);
        Answer answer = cloud.send(foreigner.token, "3.70", route.method().name(), path, "{}");
        assertThat(answer.status()).as("%s", route).isEqualTo(400);
        assertThat(answer.text()).contains("Malformed request url");
      }
    });
  }

  @Test
  void aReaderChangesNothingAndAMemberAdministersNothing() throws Exception {
    everyRoute((api, route) -> {
      Access access = route.target().access();
      if (access == Access.MEMBER || access == Access.ADMIN) {
        assertThat(call(reader, api, route, "{}").status()).as("%s", route).isEqualTo(403);
      }
      if (access == Access.ADMIN) {
        assertThat(call(foreigner, api, route, "{}").status()).as("%s", route).isEqualTo(403);
      }
    });
  }

  @Test
  void bodiesAndQueriesOfNoSenseNeverBreakAnything() throws Exception {
    long seed = Long.getLong("atoll.seed", 1);
    var random = new Random(seed);
    everyRoute((api, route) -> {
      if (route.target().access() == Access.ADMIN && route.template().contains("/users")) {
        return; // a nonsense that happens to be a valid change of the administrator helps nobody
      }
      if (route.template().equals("/events")) {
        return; // has no end
      }
      makeThings(); // the route before may have been taken with success
      for (int i = 0; i < FUZZ_ROUNDS; i++) {
        String body = i == 0 ? "" : Nonsense.body(random, route.template());
        String path = path(api.prefix(), route, cloud.admin.project) + Nonsense.query(random);
        Answer answer =
            cloud.send(
                cloud.admin.token, Nonsense.version(random), route.method().name(), path, body);
        assertThat(answer.status())
            .as("seed %d: %s %s %s: %s", seed, route.method(), path, body, answer.text())
            .isLessThan(500);
        assertThat(answer.text()).doesNotContain("Exception").doesNotContain("\tat ");
      }
    });
  }
}
