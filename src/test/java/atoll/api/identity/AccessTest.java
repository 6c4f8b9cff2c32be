package atoll.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.Access;
import atoll.api.openstack.OpenStackId;
import atoll.api.openstack.OpenStackRoute;
import atoll.http.HttpMethod;
import atoll.http.Routes.Route;
import atoll.model.Ec2Credential;
import atoll.model.Project;
import atoll.model.User;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every route, called by those who may not. */
class AccessTest {
  /** What anybody may who has a token: nothing of it tells of anybody else. */
  private static final Set<String> OPEN_TO_ALL =
      Set.of(
          "GET /v3/auth/projects",
          "GET /v3/auth/domains",
          "GET /v3/auth/system",
          "GET /v3/auth/catalog",
          "GET /v3/domains",
          "GET /v3/domains/{id}",
          "GET /v3/regions",
          "GET /v3/regions/{id}");

  private static final Set<String> PUBLIC =
      Set.of("GET /", "GET /v3", "GET /v3/", "POST /v3/auth/tokens");

  @TempDir Path folder;

  @Test
  void whoHasNoTokenIsToldNothing() throws Exception {
    try (var api = new ApiFixture(folder)) {
      for (Route<OpenStackRoute> route : api.api.routes().all()) {
        String name = route.method() + " " + route.template();
        assertThat(route.target().access() == Access.PUBLIC)
            .as(name)
            .isEqualTo(PUBLIC.contains(name));
        if (!PUBLIC.contains(name)) {
          assertThat(status(api, null, route, Map.of())).as(name).isEqualTo(401);
          assertThat(status(api, "x".repeat(164), route, Map.of())).as(name).isEqualTo(401);
        }
      }
      assertThat(api.anybody().get("/v3/nothing").status()).isEqualTo(401);
      assertThat(api.anybody().delete("/v3/projects").status()).isEqualTo(401);
    }
  }

  @Test
  void readerReachesNothingOfAnybodyElse() throws Exception {
    try (var api = new ApiFixture(folder)) {
      Project sea = api.identity.project("sea");
      User berta = api.identity.user("berta", sea, "reader");
      assertAllForbidden(api, api.identity.token(berta, sea));
    }
  }

  @Test
  void memberOfAnotherProjectReachesNothingOfAnybodyElse() throws Exception {
    try (var api = new ApiFixture(folder)) {
      Project lake = api.identity.project("lake");
      User claire = api.identity.user("claire", lake, "member");
      assertAllForbidden(api, api.identity.token(claire, lake));
    }
  }

  private static void assertAllForbidden(ApiFixture api, String token) throws Exception {
    Project victims = api.identity.project("victim");
    User victim = api.identity.user("victim", victims, "member");
    Ec2Credential keys = api.identity.identity.credentials().create(victim.id(), victims.id());
    var passed = new TreeSet<String>();
    for (Route<OpenStackRoute> route : api.api.routes().all()) {
      String name = route.method() + " " + route.template();
      int status = status(api, token, route, parameters(route.template(), victim, victims, keys));
      if (!PUBLIC.contains(name) && status != 403) {
        passed.add(name);
      }
    }
    passed.removeAll(Set.of("GET /v3/auth/tokens", "DELETE /v3/auth/tokens")); // TokenRoutesTest
    assertThat(passed).isEqualTo(new TreeSet<>(OPEN_TO_ALL));
  }

  private static Map<String, String> parameters(
      String template, User victim, Project victims, Ec2Credential keys) {
    var values = new HashMap<String, String>();
    values.put("{user}", victim.id());
    values.put("{role}", "0123");
    values.put("{access}", keys.access());
    if (template.startsWith("/v3/users")) {
      values.put("{id}", victim.id());
    } else if (template.startsWith("/v3/projects")) {
      values.put("{id}", OpenStackId.of(victims.id()));
    } else {
      values.put("{id}", template.startsWith("/v3/regions") ? "RegionOne" : "default");
    }
    return values;
  }

  private static int status(
      ApiFixture api,
      @Nullable String token,
      Route<OpenStackRoute> route,
      Map<String, String> parameters)
      throws InterruptedException {
    String path = route.template();
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      path = path.replace(parameter.getKey(), parameter.getValue());
    }
    String body = route.method() == HttpMethod.GET ? "" : "{'user':{'description':'mine'}}";
    return api.with(token).call(route.method(), path, body).status();
  }
}
