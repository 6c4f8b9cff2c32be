package atoll.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.identity.ApiFixture.Answer;
import atoll.api.openstack.OpenStackId;
import atoll.db.OnBothDatabases;
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
import tools.jackson.databind.JsonNode;

/** Projects, users, roles and keys, as an admin and as a user have them. */
@OnBothDatabases
class AdministrationTest {
  @TempDir Path folder;

  private ApiFixture api;

  @BeforeEach
  void open() throws IOException {
    api = new ApiFixture(folder);
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void projectIsMadeChangedAndRemoved() throws Exception {
    Answer made =
        api.admin()
            .post("/v3/projects", "{'project':{'name':'sea','description':'deep','tags':[]}}")
            .expect(201);
    String id = made.text("/project/id");
    assertThat(id).matches("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}");
    assertThat(made.json().get("project").toString())
        .isEqualTo(
            ("{'id':'%s','name':'sea','domain_id':'default','description':'deep','enabled':true,"
                    + "'parent_id':'default','is_domain':false,'tags':[],'options':{},"
                    + "'links':{'self':'http://cloud.example:8774/identity/v3/projects/%s'}}")
                .formatted(id, id)
                .replace('\'', '"'));
    String one = "/v3/projects/" + id;
    assertThat(api.admin().get(one).expect(200).json()).isEqualTo(made.json());
    Answer changed =
        api.admin()
            .patch(one, "{'project':{'name':'lake','description':null,'enabled':false}}")
            .expect(200);
    assertThat(changed.text("/project/name")).isEqualTo("lake");
    assertThat(changed.text("/project/description")).isEmpty();
    assertThat(api.admin().get("/v3/projects?name=lake").names("projects")).containsExactly("lake");
    assertThat(api.admin().get("/v3/projects?enabled=True").names("projects"))
        .containsExactly("admin");
    assertThat(api.admin().get("/v3/projects?domain_id=other").names("projects")).isEmpty();
    JsonNode links = api.admin().get("/v3/projects").expect(200).json().get("links");
    assertThat(links.get("self").stringValue())
        .isEqualTo("http://cloud.example:8774/identity/v3/projects");
    assertThat(links.get("next").isNull()).isTrue();
    Answer _ = api.admin().delete(one).expect(204);
    Answer _ = api.admin().get(one).expect(404);
    Answer _ = api.admin().delete(one).expect(404);
    Answer _ = api.admin().patch(one, "{'project':{'name':'x'}}").expect(404);
    assertThat(api.admin().get("/v3/projects/lake").expect(404).text("/error/message"))
        .isEqualTo("Could not find project: lake.");
  }

  @Test
  void projectsAreFlatAndHaveDifferentNames() throws Exception {
    Answer conflict = api.admin().post("/v3/projects", "{'project':{'name':'admin'}}").expect(409);
    assertThat(conflict.text("/error/title")).isEqualTo("Conflict");
    Answer _ =
        api.admin().post("/v3/projects", "{'project':{'name':'x','parent_id':'0123'}}").expect(400);
    Answer _ =
        api.admin().post("/v3/projects", "{'project':{'name':'x','is_domain':true}}").expect(400);
    Answer _ =
        api.admin().post("/v3/projects", "{'project':{'name':'x','domain_id':'no'}}").expect(404);
  }

  @Test
  void userIsMadeChangedAndRemoved() throws Exception {
    Answer made =
        api.admin()
            .post(
                "/v3/users",
                "{'user':{'name':'anna','password':'geheim','email':'a@example.org',"
                    + "'default_project_id':'%s'}}"
                        .formatted(OpenStackId.of(api.identity.adminProject())))
            .expect(201);
    String id = made.text("/user/id");
    assertThat(id).matches("[0-9a-f]{32}");
    assertThat(made.json().get("user").propertyNames())
        .containsExactlyInAnyOrder(
            "id",
            "name",
            "domain_id",
            "enabled",
            "password_expires_at",
            "options",
            "default_project_id",
            "email",
            "links");
    String one = "/v3/users/" + id;
    assertThat(api.admin().get(one).expect(200).json()).isEqualTo(made.json());
    Answer changed =
        api.admin()
            .patch(one, "{'user':{'email':null,'description':'d','default_project_id':null}}")
            .expect(200);
    assertThat(changed.json().get("user").has("email")).isFalse();
    assertThat(changed.json().get("user").has("default_project_id")).isFalse();
    assertThat(changed.text("/user/description")).isEqualTo("d");
    assertThat(api.admin().get("/v3/users?name=anna").names("users")).containsExactly("anna");
    assertThat(api.admin().get("/v3/users?enabled=false").names("users")).isEmpty();
    Answer _ = api.admin().post("/v3/users", "{'user':{'name':'anna'}}").expect(409);
    Answer _ = api.admin().delete(one).expect(204);
    Answer _ = api.admin().get(one).expect(404);
    Answer _ = api.admin().delete(one).expect(404);
  }

  @Test
  void userSeesAndChangesHimselfButNotHisRights() throws Exception {
    User anna = api.identity.user("anna", "geheim");
    User berta = api.identity.user("berta", (String) null);
    String one = "/v3/users/" + anna.id();
    ApiFixture.Caller annas = api.with(api.identity.token(anna, (Scope) null));
    assertThat(annas.get(one).expect(200).text("/user/name")).isEqualTo("anna");
    Answer _ = annas.patch(one, "{'user':{'description':'me'}}").expect(200);
    for (String change : new String[] {"'enabled':true", "'password':'x'", "'name':'admin2'"}) {
      Answer _ = annas.patch(one, "{'user':{" + change + "}}").expect(403);
    }
    Answer _ = annas.get("/v3/users/" + berta.id()).expect(403);
    Answer _ = annas.get("/v3/users/0").expect(403);
    Answer _ = annas.patch("/v3/users/" + berta.id(), "{'user':{'description':'x'}}").expect(403);
  }

  @Test
  void passwordIsChangedWithTheOriginalOne() throws Exception {
    User anna = api.identity.user("anna", "geheim");
    String path = "/v3/users/" + anna.id() + "/password";
    String token = api.identity.token(anna, (Scope) null);
    String body = "{'user':{'original_password':'%s','password':'%s'}}";
    Answer _ = api.with(token).post(path, body.formatted("falsch", "neu")).expect(401);
    Answer _ = api.with(token).post(path, body.formatted("geheim", "")).expect(400);
    Answer _ = api.with(token).post(path, body.formatted("geheim", "neu")).expect(204);
    Answer _ = api.with(token).get("/v3/users/" + anna.id()).expect(401);
    assertThat(api.identity.identity.logins().byName("anna", "neu").id()).isEqualTo(anna.id());
  }

  @Test
  void rolesAreMadeChangedAndRemovedButForThoseThatTheRulesName() throws Exception {
    Answer made =
        api.admin().post("/v3/roles", "{'role':{'name':'auditor','options':{}}}").expect(201);
    String one = "/v3/roles/" + made.text("/role/id");
    assertThat(made.json().at("/role/domain_id").isNull()).isTrue();
    Answer changed = api.admin().patch(one, "{'role':{'description':'reads'}}").expect(200);
    assertThat(changed.text("/role/description")).isEqualTo("reads");
    assertThat(api.admin().get(one).expect(200).json()).isEqualTo(changed.json());
    assertThat(api.admin().get("/v3/roles").names("roles"))
        .containsExactly("admin", "auditor", "member", "reader");
    assertThat(api.admin().get("/v3/roles?name=member").names("roles")).containsExactly("member");
    assertThat(api.admin().get("/v3/roles?domain_id=default").names("roles")).isEmpty();
    Answer _ = api.admin().patch(one, "{'role':{'name':'Admin'}}").expect(409);
    Answer _ = api.admin().delete(one).expect(204);
    Answer _ = api.admin().get(one).expect(404);
    String member = "/v3/roles/" + api.identity.role("member").id();
    assertThat(api.admin().get(member).json().at("/role/options/immutable").booleanValue())
        .isTrue();
    Answer _ = api.admin().delete(member).expect(403);
    Answer _ = api.admin().patch(member, "{'role':{'name':'x'}}").expect(403);
  }

  @Test
  void roleIsGivenAndTakenOnEverything() throws Exception {
    Project sea = api.identity.project("sea");
    User anna = api.identity.user("anna", (String) null);
    String role = api.identity.role("reader").id();
    for (String on :
        new String[] {
          "/v3/projects/" + OpenStackId.of(sea.id()), "/v3/domains/default", "/v3/system"
        }) {
      String roles = on + "/users/" + anna.id() + "/roles";
      Answer _ = api.admin().get(roles + "/" + role).expect(404);
      Answer _ = api.admin().put(roles + "/" + role).expect(204);
      Answer _ = api.admin().put(roles + "/" + role).expect(204);
      Answer _ = api.admin().get(roles + "/" + role).expect(204);
      Answer _ = api.admin().call(HttpMethod.HEAD, roles + "/" + role, "").expect(204);
      assertThat(api.admin().get(roles).expect(200).names("roles")).containsExactly("reader");
      Answer _ = api.admin().delete(roles + "/" + role).expect(204);
      Answer _ = api.admin().delete(roles + "/" + role).expect(404);
      Answer _ = api.admin().put(roles + "/0123").expect(404);
      Answer _ = api.admin().put(on + "/users/0123/roles/" + role).expect(404);
    }
    String nowhere = "/users/" + anna.id() + "/roles/" + role;
    Answer _ = api.admin().put("/v3/projects/" + anna.id() + nowhere).expect(404);
    Answer _ = api.admin().put("/v3/domains/other" + nowhere).expect(404);
  }

  @Test
  void assignmentsAreListedWithWhatTheyImplyAndWithNames() throws Exception {
    Project sea = api.identity.project("sea");
    User anna = api.identity.user("anna", sea, "member");
    String path = "/v3/role_assignments";
    assertThat(assignments(path)).hasSize(3);
    assertThat(assignments(path + "?user.id=" + anna.id())).hasSize(1);
    assertThat(assignments(path + "?scope.project.id=" + OpenStackId.of(sea.id()))).hasSize(1);
    assertThat(assignments(path + "?scope.system=all")).hasSize(1);
    assertThat(assignments(path + "?scope.domain.id=default")).isEmpty();
    assertThat(assignments(path + "?role.id=" + api.identity.role("admin").id())).hasSize(2);
    assertThat(assignments(path + "?group.id=0")).isEmpty();
    assertThat(assignments(path + "?effective")).hasSize(8);
    assertThat(assignments(path + "?effective=0")).hasSize(3);
    JsonNode named = assignments(path + "?include_names=True&user.id=" + anna.id()).get(0);
    assertThat(named.at("/role/name").stringValue()).isEqualTo("member");
    assertThat(named.at("/user/name").stringValue()).isEqualTo("anna");
    assertThat(named.at("/user/domain/name").stringValue()).isEqualTo("Default");
    assertThat(named.at("/scope/project/name").stringValue()).isEqualTo("sea");
    assertThat(named.at("/scope/project/domain/id").stringValue()).isEqualTo("default");
    assertThat(named.at("/links/assignment").stringValue())
        .isEqualTo(
            "http://cloud.example:8774/identity/v3/projects/%s/users/%s/roles/%s"
                .formatted(OpenStackId.of(sea.id()), anna.id(), api.identity.role("member").id()));
  }

  private JsonNode assignments(String path) throws Exception {
    return api.admin().get(path).expect(200).json().get("role_assignments");
  }

  @Test
  void userHasHisOwnKeysOnly() throws Exception {
    Project sea = api.identity.project("sea");
    User anna = api.identity.user("anna", sea, "reader");
    User berta = api.identity.user("berta", sea, "member");
    String keys = "/v3/users/" + anna.id() + "/credentials/OS-EC2";
    ApiFixture.Caller annas = api.with(api.identity.token(anna, sea));
    String body = "{'tenant_id':'" + OpenStackId.of(sea.id()) + "'}";
    Answer made = annas.post(keys, body).expect(201);
    String one = keys + "/" + made.text("/credential/access");
    assertThat(made.json().get("credential").propertyNames())
        .containsExactlyInAnyOrder("user_id", "tenant_id", "access", "secret", "trust_id", "links");
    assertThat(annas.get(one).expect(200).json()).isEqualTo(made.json());
    assertThat(annas.get(keys).expect(200).json().at("/credentials/0"))
        .isEqualTo(made.json().get("credential"));
    ApiFixture.Caller bertas = api.with(api.identity.token(berta, sea));
    Answer _ = bertas.get(one).expect(403);
    Answer _ = bertas.get(one.replace(anna.id(), berta.id())).expect(404); // nor under his own name
    Answer _ = bertas.delete(one.replace(anna.id(), berta.id())).expect(404);
    Answer _ = annas.post(keys, "{'tenant_id':'0123'}").expect(404);
    String admins = "{'tenant_id':'" + OpenStackId.of(api.identity.adminProject()) + "'}";
    Answer _ = annas.post(keys, admins).expect(403);
    Answer _ = annas.delete(one).expect(204);
    Answer _ = annas.get(one).expect(404);
  }

  @Test
  void projectsOfAUserAreHisOwnToList() throws Exception {
    Project sea = api.identity.project("sea");
    User anna = api.identity.user("anna", sea, "reader");
    ApiFixture.Caller annas = api.with(api.identity.token(anna, sea));
    String path = "/v3/users/%s/projects";
    assertThat(annas.get(path.formatted(anna.id())).expect(200).names("projects"))
        .containsExactly("sea");
    Answer _ = annas.get(path.formatted(api.identity.admin().id())).expect(403);
    Answer _ = annas.get("/v3/projects/" + OpenStackId.of(sea.id())).expect(200);
    Answer _ = annas.get("/v3/projects/" + OpenStackId.of(api.identity.adminProject())).expect(403);
  }

  @Test
  void domainAndCatalogAreRead() throws Exception {
    assertThat(api.admin().get("/v3/domains?name=Default").names("domains"))
        .containsExactly("Default");
    assertThat(api.admin().get("/v3/domains?enabled=false").names("domains")).isEmpty();
    assertThat(api.admin().get("/v3/domains/default").expect(200).text("/domain/name"))
        .isEqualTo("Default");
    Answer _ = api.admin().get("/v3/domains/Default").expect(404);
    Answer services = api.admin().get("/v3/services?type=volumev3").expect(200);
    assertThat(services.names("services")).containsExactly("cinderv3");
    String service = services.text("/services/0/id");
    Answer _ = api.admin().get("/v3/services/" + service).expect(200);
    Answer _ = api.admin().get("/v3/services/cinder").expect(404);
    Answer endpoints =
        api.admin().get("/v3/endpoints?interface=public&service_id=" + service).expect(200);
    assertThat(endpoints.text("/endpoints/0/url"))
        .isEqualTo(ApiFixture.BASE + "/volume/v3/%(project_id)s");
    assertThat(endpoints.json().get("endpoints").size()).isEqualTo(1);
    Answer _ = api.admin().get("/v3/endpoints/" + endpoints.text("/endpoints/0/id")).expect(200);
    assertThat(api.admin().get("/v3/regions").expect(200).text("/regions/0/id"))
        .isEqualTo("RegionOne");
    Answer _ = api.admin().get("/v3/regions/RegionOne").expect(200);
    Answer _ = api.admin().get("/v3/regions/RegionTwo").expect(404);
    for (String kind : new String[] {"services", "endpoints", "regions", "domains"}) {
      Answer _ = api.admin().post("/v3/" + kind, "{}").expect(403);
      Answer _ = api.admin().patch("/v3/" + kind + "/x", "{}").expect(403);
      Answer _ = api.admin().delete("/v3/" + kind + "/x").expect(403);
    }
  }
}
