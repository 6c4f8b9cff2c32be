package atoll.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.identity.ApiFixture.Answer;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpMethod;
import atoll.model.Project;
import atoll.model.Scope;
import atoll.model.User;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TokenRoutesTest {
  private static final String TOKENS = "/v3/auth/tokens";
  private static final String DEFAULT_DOMAIN = "'domain':{'id':'default'}";

  @TempDir Path folder;

  private ApiFixture api;
  private Project sea;
  private User anna;

  @BeforeEach
  void open() throws IOException {
    api = new ApiFixture(folder);
    sea = api.identity.project("sea");
    anna = api.identity.user("anna", "geheim");
    api.identity.grant(anna, sea, "member");
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void tokenOfAProjectSaysWhatKeystonesDo() throws Exception {
    Answer answer = login("{'project':{'name':'sea','domain':{'name':'Default'}}}").expect(201);
    String text = answer.response().headers().getOrDefault("X-Subject-Token", "");
    assertThat(text).hasSize(164);
    JsonNode token = answer.json().get("token");
    assertThat(token.propertyNames())
        .containsExactlyInAnyOrder(
            "methods",
            "user",
            "audit_ids",
            "expires_at",
            "issued_at",
            "project",
            "is_domain",
            "roles",
            "catalog");
    assertThat(token.get("methods").toString()).isEqualTo("[\"password\"]");
    assertThat(token.get("issued_at").stringValue()).isEqualTo("2030-01-02T03:04:05.678901Z");
    assertThat(token.get("expires_at").stringValue()).isEqualTo("2030-01-02T04:04:05.678901Z");
    assertThat(token.get("user").get("id").stringValue()).isEqualTo(anna.id());
    assertThat(token.get("user").get("domain").toString())
        .isEqualTo("{\"id\":\"default\",\"name\":\"Default\"}");
    assertThat(token.get("user").get("password_expires_at").isNull()).isTrue();
    assertThat(token.get("project").get("id").stringValue()).isEqualTo(OpenStackId.of(sea.id()));
    assertThat(token.get("audit_ids").get(0).stringValue()).hasSize(22);
    assertThat(token.get("roles").valueStream().map(role -> role.get("name").stringValue()))
        .containsExactly("member", "reader");
    Answer shown = api.with(text).with("X-Subject-Token", text).get(TOKENS).expect(200);
    assertThat(shown.json()).isEqualTo(answer.json());
    assertThat(shown.response().headers()).containsEntry("X-Subject-Token", text);
    Answer _ =
        api.with(text).with("X-Subject-Token", text).call(HttpMethod.HEAD, TOKENS, "").expect(200);
  }

  @Test
  void catalogSaysWhereEverythingIs() throws Exception {
    JsonNode catalog = login(bySeasId()).expect(201).json().at("/token/catalog");
    assertThat(catalog.valueStream().map(each -> each.get("type").stringValue()))
        .containsExactly("identity", "volumev3", "block-storage");
    JsonNode volume = catalog.get(1).get("endpoints");
    assertThat(volume.valueStream().map(each -> each.get("interface").stringValue()))
        .containsExactly("public", "internal", "admin");
    assertThat(volume.get(0).get("url").stringValue())
        .isEqualTo(ApiFixture.BASE + "/volume/v3/" + OpenStackId.of(sea.id()));
    assertThat(volume.get(0).get("region").stringValue()).isEqualTo("RegionOne");
    assertThat(catalog.get(0).at("/endpoints/0/url").stringValue())
        .isEqualTo(ApiFixture.BASE + "/identity/v3");
  }

  @Test
  void catalogIsLeftOutWhereItIsNotWanted() throws Exception {
    String body = body("{'id':'%s','password':'geheim'}".formatted(anna.id()), bySeasId());
    JsonNode token =
        api.anybody().post(TOKENS + "?nocatalog", body).expect(201).json().get("token");
    assertThat(token.has("project")).isTrue();
    assertThat(token.has("catalog")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"'unscoped'", "{'unscoped':{}}", ""})
  void tokenForNothingHasNoRolesAndNoCatalog(String scope) throws Exception {
    JsonNode token = login(scope).expect(201).json().get("token");
    assertThat(token.propertyNames())
        .containsExactlyInAnyOrder("methods", "user", "audit_ids", "expires_at", "issued_at");
  }

  @Test
  void defaultProjectIsTheScopeWhereNoneIsAsked() throws Exception {
    String change = "{'user':{'default_project_id':'%s'}}".formatted(OpenStackId.of(sea.id()));
    Answer _ = api.admin().patch("/v3/users/" + anna.id(), change).expect(200);
    assertThat(login("").text("/token/project/name")).isEqualTo("sea");
    assertThat(login("'unscoped'").json().at("/token/project").isMissingNode()).isTrue();
    api.identity.identity.grants().revoke(api.identity.assignment(anna, sea, "member"));
    assertThat(login("").expect(201).json().at("/token/project").isMissingNode()).isTrue();
  }

  @Test
  void adminGetsTokensForSystemAndDomain() throws Exception {
    User admin = api.identity.admin();
    String password = api.identity.adminPassword();
    String user = "{'id':'%s','password':'%s'}".formatted(admin.id(), password);
    Answer system = api.anybody().post(TOKENS, body(user, "{'system':{'all':true}}")).expect(201);
    assertThat(system.json().at("/token/system/all").booleanValue()).isTrue();
    Answer _ = api.anybody().post(TOKENS, body(user, "{'domain':{'id':'default'}}")).expect(401);
    String grant =
        "/v3/domains/default/users/%s/roles/%s"
            .formatted(admin.id(), api.identity.role("admin").id());
    Answer _ = api.admin().put(grant).expect(204);
    Answer domain =
        api.anybody().post(TOKENS, body(user, "{'domain':{'id':'default'}}")).expect(201);
    assertThat(domain.text("/token/domain/name")).isEqualTo("Default");
  }

  @Test
  void tokenIsHadForAToken() throws Exception {
    String first = api.identity.token(anna, (Scope) null);
    String body =
        "{'auth':{'identity':{'methods':['token'],'token':{'id':'%s'}},'scope':%s}}"
            .formatted(first, bySeasId());
    Answer answer = api.anybody().post(TOKENS, body).expect(201);
    assertThat(answer.json().at("/token/methods").toString()).isEqualTo("[\"password\",\"token\"]");
    assertThat(answer.json().at("/token/audit_ids").size()).isEqualTo(2);
    assertThat(answer.text("/token/project/name")).isEqualTo("sea");
  }

  @Test
  void tokenAndPasswordMustBeOfOneUser() throws Exception {
    String admins = api.adminToken();
    String body =
        """
        {'auth':{'identity':{'methods':['token','password'],'token':{'id':'%s'},
          'password':{'user':{'id':'%s','password':'geheim'}}}}}
        """;
    Answer _ = api.anybody().post(TOKENS, body.formatted(admins, anna.id())).expect(401);
    String own = api.identity.token(anna, sea);
    Answer _ = api.anybody().post(TOKENS, body.formatted(own, anna.id())).expect(201);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'name':'anna','domain':{'id':'default'},'password':'falsch'}",
        "{'name':'nobody','domain':{'id':'default'},'password':'geheim'}",
        "{'name':'anna','domain':{'id':'elsewhere'},'password':'geheim'}",
        "{'id':'nobody','password':'geheim'}",
        "{'id':'','password':''}",
      })
  void whoIsNotKnownIsToldNothing(String user) throws Exception {
    Answer answer =
        api.anybody()
            .post(
                TOKENS,
                "{'auth':{'identity':{'methods':['password'],'password':{'user':" + user + "}}}}")
            .expect(401);
    assertThat(answer.text("/error/message"))
        .isEqualTo("The request you have made requires authentication.");
    assertThat(answer.response().headers())
        .containsEntry("WWW-Authenticate", "Keystone uri=\"" + ApiFixture.BASE + "/identity\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'project':{'id':'00000000000000000000000000000000'}}",
        "{'project':{'id':'sea'}}",
        "{'project':{'name':'lake','domain':{'id':'default'}}}",
        "{'project':{'name':'sea','domain':{'id':'other'}}}",
        "{'domain':{'id':'default'}}",
        "{'domain':{'name':'other'}}",
        "{'system':{'all':true}}",
      })
  void scopesThatAreNotOnesOwnAreRefused(String scope) throws Exception {
    Answer _ = login(scope).expect(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application_credential", "totp", "saml2", "external"})
  void otherMethodsAreNotSupported(String method) throws Exception {
    Answer answer =
        api.anybody()
            .post(
                TOKENS,
                "{'auth':{'identity':{'methods':['%s'],'%s':{'id':'x','secret':'y'}}}}"
                    .formatted(method, method))
            .expect(401);
    assertThat(answer.text("/error/message"))
        .isEqualTo("Attempted to authenticate with an unsupported method.");
  }

  @Test
  void revokedTokenOpensNothing() throws Exception {
    String token = api.identity.token(anna, sea);
    Answer _ = api.with(token).with("X-Subject-Token", token).delete(TOKENS).expect(204);
    Answer _ = api.with(token).get("/v3/auth/projects").expect(401);
    Answer _ = api.admin().with("X-Subject-Token", token).get(TOKENS).expect(404);
    Answer _ = api.admin().with("X-Subject-Token", token).delete(TOKENS).expect(404);
    Answer _ = api.admin().get(TOKENS).expect(404);
  }

  @Test
  void tokensOfOthersAreShownToAdminsOnly() throws Exception {
    String annas = api.identity.token(anna, sea);
    String admins = api.adminToken();
    Answer _ = api.with(annas).with("X-Subject-Token", admins).get(TOKENS).expect(403);
    Answer _ = api.with(annas).with("X-Subject-Token", admins).delete(TOKENS).expect(403);
    Answer shown = api.with(admins).with("X-Subject-Token", annas).get(TOKENS).expect(200);
    assertThat(shown.text("/token/user/name")).isEqualTo("anna");
  }

  @Test
  void userSeesWhatHeCouldHaveTokensFor() throws Exception {
    Project lake = api.identity.project("lake");
    api.identity.grant(anna, lake, "reader");
    Project _ = api.identity.project("pond");
    ApiFixture.Caller annas = api.with(api.identity.token(anna, (Scope) null));
    assertThat(annas.get("/v3/auth/projects").expect(200).names("projects"))
        .containsExactly("lake", "sea");
    Answer _ =
        api.admin().patch("/v3/projects/" + lake.id(), "{'project':{'enabled':false}}").expect(200);
    assertThat(annas.get("/v3/auth/projects").names("projects")).containsExactly("sea");
    assertThat(annas.get("/v3/auth/domains").expect(200).names("domains")).isEmpty();
    assertThat(annas.get("/v3/auth/system").expect(200).json().get("system").isEmpty()).isTrue();
    assertThat(api.admin().get("/v3/auth/system").json().at("/system/0/all").booleanValue())
        .isTrue();
    Answer _ = annas.get("/v3/auth/catalog").expect(403);
    Answer catalog = api.with(api.identity.token(anna, sea)).get("/v3/auth/catalog").expect(200);
    assertThat(catalog.json().get("catalog").size()).isEqualTo(3);
  }

  @Test
  void versionsAreShownToAnybody() throws Exception {
    Answer all = api.anybody().get("/").expect(300);
    assertThat(all.text("/versions/values/0/id")).isEqualTo("v3.14");
    assertThat(all.response().headers())
        .containsEntry("Location", ApiFixture.BASE + "/identity/v3/");
    for (String path : new String[] {"/v3", "/v3/"}) {
      Answer one = api.anybody().get(path).expect(200);
      assertThat(one.text("/version/links/0/href")).isEqualTo(ApiFixture.BASE + "/identity/v3/");
      assertThat(one.text("/version/status")).isEqualTo("stable");
    }
  }

  private String bySeasId() {
    return "{'project':{'id':'%s'}}".formatted(OpenStackId.of(sea.id()));
  }

  private Answer login(String scope) throws InterruptedException {
    String user = "{'name':'anna'," + DEFAULT_DOMAIN + ",'password':'geheim'}";
    return api.anybody().post(TOKENS, body(user, scope));
  }

  private static String body(String user, String scope) {
    return "{'auth':{'identity':{'methods':['password'],'password':{'user':%s}}%s}}"
        .formatted(user, scope.isEmpty() ? "" : ",'scope':" + scope);
  }
}
