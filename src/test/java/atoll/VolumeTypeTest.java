package atoll;

import static atoll.Answers.assertFault;
import static atoll.Answers.assertNoSuchType;
import static atoll.Answers.idOfVolume;
import static atoll.Answers.keys;
import static atoll.Answers.volumeOf;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Volume types as admins make them and members use them, on a whole service. */
@OnBothDatabases
class VolumeTypeTest {
  private static final String UNKNOWN = "4220c19a-1cca-42f4-9a19-c15f4fafa7a7";
  private static final String DEFAULT = "6f7bf8e9-6c5e-4c9b-9b0c-61a3a1ab6f01";
  private static final List<String> MADE =
      List.of(
          "id",
          "name",
          "is_public",
          "description",
          "extra_specs",
          "os-volume-type-access:is_public");

  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session admin;
  private static Session member;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    admin = cloud.admin;
    member = cloud.tenant("member", "member");
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static Answer admin(String method, String path, @Nullable String body) throws Exception {
    return admin.volume("3.0", method, path, body);
  }

  private static Answer member(String method, String path, @Nullable String body) throws Exception {
    return member.volume("3.0", method, path, body);
  }

  private static JsonNode typeOf(String fields) throws Exception {
    return admin
        .must("POST", "/types", "{\"volume_type\": {%s}}".formatted(fields))
        .get("volume_type");
  }

  private static String type(String name) throws Exception {
    return typeOf("\"name\": \"%s\"".formatted(name)).get("id").asString();
  }

  private static String privateType(String name) throws Exception {
    return typeOf("\"name\": \"%s\", \"os-volume-type-access:is_public\": false".formatted(name))
        .get("id")
        .asString();
  }

  private static List<String> names(Session session, String query) throws Exception {
    return session
        .must("GET", "/types" + query, null)
        .get("volume_types")
        .valueStream()
        .map(type -> type.get("name").asString())
        .toList();
  }

  @Test
  void whatIsMadeOfAVolumeHasItsType() throws Exception {
    String type = type("inherited");
    String volume = made("\"size\": 1, \"volume_type\": \"inherited\"");
    String snapshot =
        member
            .must("POST", "/snapshots", "{\"snapshot\": {\"volume_id\": \"%s\"}}".formatted(volume))
            .get("snapshot")
            .get("id")
            .asString();
    String clone = made("\"source_volid\": \"%s\"".formatted(volume));
    assertThat(typeShown(clone)).isEqualTo("inherited");
    member.must("DELETE", "/volumes/" + volume, null);
    String of = "\"snapshot_id\": \"%s\"".formatted(snapshot);
    assertThat(typeShown(made(of))).isEqualTo("inherited");
    assertThat(typeShown(made(of + ", \"volume_type\": \"__DEFAULT__\""))).isEqualTo("__DEFAULT__");
    for (String each : List.of(clone, typedVolumes("inherited").getFirst())) {
      member.volume("3.0", "DELETE", "/volumes/" + each, null);
    }
    assertThat(typedVolumes("inherited")).isEmpty();
    admin.must("DELETE", "/types/" + type, null);
    assertThat(typeShown(made(of))).isEqualTo("__DEFAULT__");
  }

  private static String made(String fields) throws Exception {
    String id =
        member
            .must("POST", "/volumes", "{\"volume\": {%s}}".formatted(fields))
            .get("volume")
            .get("id")
            .asString();
    member.await("/volumes/" + id, "volume", "available");
    return id;
  }

  private static String typeShown(String volume) throws Exception {
    return member
        .must("GET", "/volumes/" + volume, null)
        .get("volume")
        .get("volume_type")
        .asString();
  }

  private static List<String> typedVolumes(String type) throws Exception {
    return member
        .must("GET", "/volumes/detail", null)
        .get("volumes")
        .valueStream()
        .filter(volume -> volume.get("volume_type").asString().equals(type))
        .map(volume -> volume.get("id").asString())
        .toList();
  }

  @Test
  void anAdminMakesChangesAndDeletesATypeAsRecorded() throws Exception {
    JsonNode made =
        typeOf("\"name\": \" fast \", \"description\": \"d\", \"extra_specs\": {\"a:b\": \"c\"}");
    assertThat(keys(made)).containsExactlyInAnyOrderElementsOf(MADE);
    assertThat(made.get("name").asString()).isEqualTo("fast");
    assertThat(made.get("is_public").asBoolean()).isTrue();
    assertThat(made.get("os-volume-type-access:is_public").asBoolean()).isTrue();
    assertThat(made.get("extra_specs").toString()).isEqualTo("{\"a:b\":\"c\"}");
    String path = "/types/" + made.get("id").asString();

    JsonNode shown = admin.must("GET", path, null).get("volume_type");
    assertThat(keys(shown))
        .containsExactlyInAnyOrder(
            "id",
            "name",
            "is_public",
            "description",
            "extra_specs",
            "qos_specs_id",
            "os-volume-type-access:is_public");
    assertThat(shown.get("qos_specs_id").isNull()).isTrue();

    JsonNode changed =
        admin
            .must(
                "PUT",
                path,
                "{\"volume_type\": {\"name\": \"faster\", \"description\": \"e\","
                    + " \"is_public\": false}}")
            .get("volume_type");
    assertThat(keys(changed))
        .containsExactlyInAnyOrder("id", "name", "is_public", "description", "extra_specs");
    assertThat(changed.get("name").asString()).isEqualTo("faster");
    assertThat(changed.get("is_public").asBoolean()).isFalse();
    admin.must("PUT", path, "{\"volume_type\": {\"name\": null, \"is_public\": \"true\"}}");
    assertThat(admin.must("GET", path, null).get("volume_type").get("description").asString())
        .isEqualTo("e");

    assertThat(admin("DELETE", path, null).status()).isEqualTo(202);
    assertNoSuchType(admin("GET", path, null), made.get("id").asString());
    assertNoSuchType(admin("DELETE", path, null), made.get("id").asString());
    assertNoSuchType(
        admin("PUT", path, "{\"volume_type\": {\"name\": \"x\"}}"), made.get("id").asString());
  }

  @Test
  void whatMakesNoSenseOfATypeIsRefused() throws Exception {
    assertFault(
        admin("POST", "/types", "{\"volume_type\": {\"name\": \"\"}}"),
        400,
        "badRequest",
        "Invalid input for field/attribute name. Value: . '' is too short");
    String id = type("once");
    assertFault(
        admin("POST", "/types", "{\"volume_type\": {\"name\": \"once\"}}"),
        409,
        "conflictingRequest",
        "Volume Type once already exists.");
    for (String body :
        List.of(
            "{\"volume_type\": {\"name\": \"  \"}}",
            "{\"volume_type\": {\"name\": null}}",
            "{\"volume_type\": {\"description\": \"x\"}}",
            "{\"volume_type\": {\"name\": \"%s\"}}".formatted("x".repeat(256)),
            "{\"volume_type\": {\"name\": \"n\", \"colour\": \"red\"}}",
            "{\"volume_type\": {\"name\": \"n\", \"os-volume-type-access:is_public\": \"so\"}}",
            "{\"volume_type\": {\"name\": \"n\", \"extra_specs\": {\"a/b\": \"c\"}}}",
            "{\"volume_type\": {\"name\": \"n\", \"extra_specs\": {\"a\": null}}}",
            "{\"volume_type\": []}",
            "{}")) {
      assertThat(admin("POST", "/types", body).status()).as(body).isEqualTo(400);
    }
    String path = "/types/" + id;
    for (String body : List.of("{\"volume_type\": {}}", "{\"volume_type\": {\"name\": \" \"}}")) {
      assertThat(admin("PUT", path, body).status()).as(body).isEqualTo(400);
    }
    type("taken");
    assertThat(admin("PUT", path, "{\"volume_type\": {\"name\": \"taken\"}}").status())
        .isEqualTo(409);
    assertThat(admin("GET", "/types?is_public=perhaps", null).status()).isEqualTo(400);
    assertNoSuchType(admin("GET", "/types/no-id", null), "no-id");
    assertNoSuchType(admin("GET", "/types?marker=" + UNKNOWN, null), UNKNOWN);
  }

  @Test
  void theDefaultTypeIsAlwaysThereForEverybody() throws Exception {
    JsonNode shown = member.must("GET", "/types/default", null).get("volume_type");
    assertThat(shown.get("id").asString()).isEqualTo(DEFAULT);
    assertThat(shown.get("name").asString()).isEqualTo("__DEFAULT__");
    Answer deleted = admin("DELETE", "/types/" + DEFAULT, null);
    assertThat(deleted.status()).isEqualTo(400);
    assertThat(deleted.text()).contains("is the default volume type and cannot be deleted.");
    assertThat(
            admin("PUT", "/types/" + DEFAULT, "{\"volume_type\": {\"is_public\": false}}").status())
        .isEqualTo(400);
  }

  @Test
  void membersSeePublicTypesWithoutWhatIsForAdmins() throws Exception {
    String id = type("seen");
    JsonNode shown = member.must("GET", "/types/" + id, null).get("volume_type");
    assertThat(keys(shown))
        .containsExactlyInAnyOrder(
            "id", "name", "is_public", "description", "os-volume-type-access:is_public");
    assertThat(keys(member.must("GET", "/types", null).get("volume_types").get(0)))
        .containsExactlyElementsOf(keys(shown));
    for (String[] call :
        List.of(
            new String[] {"POST", "/types", "{\"volume_type\": {\"name\": \"mine\"}}"},
            new String[] {"PUT", "/types/" + id, "{\"volume_type\": {\"name\": \"mine\"}}"},
            new String[] {"DELETE", "/types/" + id, null},
            new String[] {"GET", "/types/" + id + "/extra_specs", null},
            new String[] {"GET", "/types/" + id + "/os-volume-type-access", null},
            new String[] {"GET", "/types/" + id + "/encryption", null},
            new String[] {"GET", "/qos-specs", null})) {
      assertThat(member(call[0], call[1], call[2]).status()).as(call[1]).isEqualTo(403);
    }
  }

  @Test
  void aPrivateTypeIsThereForWhoHasAccessAlone() throws Exception {
    String id = privateType("secret");
    String path = "/types/" + id;
    assertNoSuchType(member("GET", path, null), id);
    assertNoSuchType(volumeOf(member, id), id);
    assertFault(
        volumeOf(member, "secret"),
        404,
        "itemNotFound",
        "Volume type with name secret could not be found.");
    assertThat(names(member, "?is_public=None")).doesNotContain("secret");
    assertThat(names(admin, "")).doesNotContain("secret").contains("__DEFAULT__");
    assertThat(names(admin, "?is_public=None")).contains("secret", "__DEFAULT__");
    assertThat(names(admin, "?is_public=false")).contains("secret").doesNotContain("__DEFAULT__");

    String project = "{\"project\": \"%s\"}}".formatted(member.project);
    String add = "{\"addProjectAccess\": " + project;
    String remove = "{\"removeProjectAccess\": " + project;
    assertThat(admin("POST", path + "/action", add).status()).isEqualTo(202);
    assertFault(
        admin("POST", path + "/action", add),
        409,
        "conflictingRequest",
        "Volume type access for %s / %s combination already exists.".formatted(id, member.project));
    JsonNode access =
        admin.must("GET", path + "/os-volume-type-access", null).get("volume_type_access");
    assertThat(access.size()).isEqualTo(1);
    assertThat(keys(access.get(0))).containsExactlyInAnyOrder("volume_type_id", "project_id");
    assertThat(access.get(0).get("volume_type_id").asString()).isEqualTo(id);
    assertThat(access.get(0).get("project_id").asString()).isEqualTo(member.project);
    assertThat(names(member, "")).contains("secret");
    assertThat(member("GET", path, null).status()).isEqualTo(200);
    String volume = idOfVolume(volumeOf(member, "secret"));

    assertThat(admin("POST", path + "/action", remove).status()).isEqualTo(202);
    assertFault(
        admin("POST", path + "/action", remove),
        404,
        "itemNotFound",
        "Volume type access not found for %s / %s combination.".formatted(id, member.project));
    assertNoSuchType(volumeOf(member, id), id);
    assertThat(
            member
                .must("GET", "/volumes/" + volume, null)
                .get("volume")
                .get("volume_type")
                .asString())
        .isEqualTo("secret");
  }

  @Test
  void accessIsForPrivateTypesAndProjects() throws Exception {
    String open = "/types/" + type("open");
    assertFault(
        admin("GET", open + "/os-volume-type-access", null),
        404,
        "itemNotFound",
        "Access list not available for public volume types.");
    String project = "{\"project\": \"%s\"}}".formatted(member.project);
    Answer add = admin("POST", open + "/action", "{\"addProjectAccess\": " + project);
    assertThat(add.status()).isEqualTo(400);
    assertThat(add.text()).contains("Invalid volume type: ");
    String closed = "/types/" + privateType("closed") + "/action";
    assertThat(admin("POST", closed, "{\"addProjectAccess\": {\"project\": \"x\"}}").status())
        .isEqualTo(400);
    assertThat(admin("POST", closed, "{\"addProjectAccess\": {}}").status()).isEqualTo(400);
    assertThat(admin("POST", closed, "{\"removeProjectAccess\": {\"project\": \"x\"}}").status())
        .isEqualTo(404);
    assertThat(admin("POST", closed, "{\"paint\": {}}").status()).isEqualTo(400);
    assertNoSuchType(
        admin("POST", "/types/" + UNKNOWN + "/action", "{\"addProjectAccess\": " + project),
        UNKNOWN);
  }

  @Test
  void typesAreListedTheNewestFirstAndInPages() throws Exception {
    for (String name : List.of("page-a", "page-b", "page-c")) {
      type(name);
    }
    assertThat(names(member, "").stream().filter(name -> name.startsWith("page-")))
        .containsExactly("page-c", "page-b", "page-a");
    var all = new ArrayList<String>();
    String url = "/types?limit=2&sort=name:asc";
    while (!url.isEmpty()) {
      JsonNode page = member.must("GET", url, null);
      page.get("volume_types").forEach(type -> all.add(type.get("name").asString()));
      JsonNode links = page.get("volume_type_links");
      url =
          links == null ? "" : links.get(0).get("href").asString().replaceFirst(".*(?=/types)", "");
    }
    assertThat(all).isSorted().doesNotHaveDuplicates().contains("page-a", "page-b", "page-c");
  }

  @Test
  void aVolumeIsMadeOneOfAnotherType() throws Exception {
    String first = type("first");
    String second = type("second");
    String closed = privateType("not-for-members");
    Answer made = volumeOf(member, "first");
    String volume = idOfVolume(made);
    assertThat(made.body().get("volume").get("volume_type_id").asString()).isEqualTo(first);
    String action = "/volumes/" + volume + "/action";
    assertThat(
            member(
                    "POST",
                    action,
                    "{\"os-retype\": {\"new_type\": \"second\", \"migration_policy\": \"never\"}}")
                .status())
        .isEqualTo(202);
    assertThat(
            member
                .must("GET", "/volumes/" + volume, null)
                .get("volume")
                .get("volume_type")
                .asString())
        .isEqualTo("second");
    Answer same =
        member("POST", action, "{\"os-retype\": {\"new_type\": \"%s\"}}".formatted(second));
    assertThat(same.status()).isEqualTo(400);
    assertThat(same.text()).contains("Invalid volume: Retype needs volume to be in available");
    assertNoSuchType(
        member("POST", action, "{\"os-retype\": {\"new_type\": \"%s\"}}".formatted(closed)),
        closed);
    for (String fields :
        List.of(
            "",
            "\"new_type\": null",
            "\"new_type\": \"first\", \"migration_policy\": \"always\"",
            "\"new_type\": \"first\", \"host\": \"x\"")) {
      assertThat(member("POST", action, "{\"os-retype\": {%s}}".formatted(fields)).status())
          .as(fields)
          .isEqualTo(400);
    }
    assertThat(admin("DELETE", "/types/" + first, null).status()).isEqualTo(202);
    assertThat(admin("DELETE", "/types/" + second, null).status()).isEqualTo(400);
  }

  @Test
  void noVolumeIsLeftWithoutATypeWhenBothAreMadeAndDeletedAtOnce() throws Exception {
    for (int round = 0; round < 5; round++) {
      String type = type("short-lived-" + round);
      var calls = new ArrayList<Callable<Integer>>();
      for (int i = 0; i < 4; i++) {
        calls.add(() -> volumeOf(member, type).status());
      }
      calls.add(() -> admin("DELETE", "/types/" + type, null).status());
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Integer> status : threads.invokeAll(calls)) {
          assertThat(status.get()).isIn(202, 400, 404);
        }
      }
      assertThat(member("GET", "/volumes/detail", null).status()).isEqualTo(200);
    }
  }
}
