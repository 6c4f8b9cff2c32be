package atoll.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.identity.ApiFixture.Answer;
import atoll.api.openstack.OpenStackId;
import atoll.api.openstack.OpenStackRoute;
import atoll.http.HttpMethod;
import atoll.http.Routes.Route;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that nobody sends who means well are refused, and nothing falls over them. */
class OddBodiesTest {
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "1e400",
          "123456789012345678901234567890",
          "''",
          "'  '",
          "'\\u0000'",
          "'\\ud800'",
          "'" + "x".repeat(100_000) + "'",
          "[]",
          "[[[]]]",
          "{}",
          "{'id':{}}",
          "{'name':['x']}");

  private static final List<String> FIELDS =
      List.of(
          "name",
          "password",
          "original_password",
          "description",
          "email",
          "enabled",
          "default_project_id",
          "domain_id",
          "parent_id",
          "is_domain",
          "tenant_id");

  @TempDir Path folder;

  @Test
  void everyRouteWithABodyRefusesWhatIsNotOne() throws Exception {
    try (var api = new ApiFixture(folder)) {
      var bodies = new ArrayList<>(List.of("", "{", "nul", "'x", "{'a':1,'a':2}", "{} {}"));
      bodies.addAll(VALUES);
      bodies.add("[".repeat(50_000));
      for (String name : List.of("auth", "project", "user", "role")) {
        VALUES.forEach(value -> bodies.add("{'" + name + "':" + value + "}"));
      }
      for (Route<OpenStackRoute> route : withBodies(api)) {
        for (String body : bodies) {
          assertRefused(call(api, route, body), route, body);
        }
      }
    }
  }

  @Test
  void everyFieldRefusesWhatIsNotItsValue() throws Exception {
    try (var api = new ApiFixture(folder)) {
      for (Route<OpenStackRoute> route : withBodies(api)) {
        String kind = route.template().replaceAll("/v3/([a-z]+?)s(/.*)?", "$1");
        for (String field : FIELDS) {
          for (String value : VALUES) {
            String body = "{'%s':{'%s':%s}}".formatted(kind, field, value);
            Answer answer = call(api, route, body);
            assertThat(answer.status()).as(route.template() + " " + body).isLessThan(500);
          }
        }
      }
    }
  }

  @Test
  void everyPartOfALoginRefusesWhatIsNotItsValue() throws Exception {
    List<String> templates =
        List.of(
            "{'auth':{'identity':%s}}",
            "{'auth':{'identity':{'methods':%s}}}",
            "{'auth':{'identity':{'methods':[%s]}}}",
            "{'auth':{'identity':{'methods':['password'],'password':%s}}}",
            "{'auth':{'identity':{'methods':['password'],'password':{'user':%s}}}}",
            "{'auth':{'identity':{'methods':['password'],'password':{'user':{'id':'a','password':%s}}}}}",
            "{'auth':{'identity':{'methods':['password'],'password':{'user':{'id':%s,'password':'a'}}}}}",
            "{'auth':{'identity':{'methods':['password'],'password':{'user':{'name':%s,'password':'a','domain':{'id':'default'}}}}}}",
            "{'auth':{'identity':{'methods':['password'],'password':{'user':{'name':'a','password':'a','domain':%s}}}}}",
            "{'auth':{'identity':{'methods':['token'],'token':%s}}}",
            "{'auth':{'identity':{'methods':['token'],'token':{'id':%s}}}}",
            "{'auth':{'identity':{'methods':['token'],'token':{'id':'a'}},'scope':%s}}",
            "{'auth':{'identity':{'methods':['token'],'token':{'id':'a'}},'scope':{'project':%s}}}",
            "{'auth':{'identity':{'methods':['token'],'token':{'id':'a'}},'scope':{'project':{'id':%s}}}}",
            "{'auth':{'identity':{'methods':['token'],'token':{'id':'a'}},'scope':{'system':%s}}}",
            "{'auth':{'identity':{'methods':['token'],'token':{'id':'a'}},'scope':{'domain':%s}}}");
    try (var api = new ApiFixture(folder)) {
      for (String template : templates) {
        for (String value : VALUES) {
          String body = template.formatted(value);
          Answer answer = api.anybody().post("/v3/auth/tokens", body);
          assertThat(answer.status()).as(body).isBetween(400, 499);
        }
      }
    }
  }

  @Test
  void secretsNeverStandInAnswers() throws Exception {
    try (var api = new ApiFixture(folder)) {
      for (String secret :
          List.of("['s3cr3t']", "{'s3cr3t':1}", "'s3cr3t" + "x".repeat(2000) + "'")) {
        Answer answer =
            api.admin().post("/v3/users", "{'user':{'name':'x','password':" + secret + "}}");
        assertThat(answer.expect(400).response().body())
            .asString(StandardCharsets.UTF_8)
            .doesNotContain("s3cr3t");
      }
    }
  }

  private static List<Route<OpenStackRoute>> withBodies(ApiFixture api) {
    return api.api.routes().all().stream()
        .filter(route -> route.method() == HttpMethod.POST || route.method() == HttpMethod.PATCH)
        .toList();
  }

  private static Answer call(ApiFixture api, Route<OpenStackRoute> route, String body)
      throws Exception {
    String id =
        route.template().startsWith("/v3/projects")
            ? OpenStackId.of(api.identity.adminProject())
            : api.identity.admin().id();
    String path = route.template().replace("{id}", id);
    return api.admin().call(route.method(), path, body);
  }

  private static void assertRefused(Answer answer, Route<OpenStackRoute> route, String body) {
    String call =
        "%s %s %s"
            .formatted(
                route.method(), route.template(), body.substring(0, Math.min(100, body.length())));
    // An object without a field that is known changes nothing.
    boolean mayPass = route.method() == HttpMethod.PATCH && body.contains("{}");
    assertThat(answer.status()).as(call).isBetween(mayPass ? 200 : 400, 499);
  }
}
