package atoll;

import static atoll.Answers.keys;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.db.OnBothDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** QoS specs as an admin makes and associates them, on a whole service. */
@OnBothDatabases
class QosSpecsTest {
  private static final String UNKNOWN = "1027b9fb-471a-436c-8ed9-fc7d5e0e792f";

  @TempDir static Path folder;
  private static TestCloud cloud;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static Answer call(String method, String path, @Nullable String body) throws Exception {
    return cloud.admin.volume("3.0", method, path, body);
  }

  private static JsonNode must(String method, String path, @Nullable String body) throws Exception {
    return cloud.admin.must(method, path, body);
  }

  private static String qos(String name) throws Exception {
    return must("POST", "/qos-specs", "{\"qos_specs\": {\"name\": \"%s\"}}".formatted(name))
        .get("qos_specs")
        .get("id")
        .asString();
  }

  private static String type(String name) throws Exception {
    return must("POST", "/types", "{\"volume_type\": {\"name\": \"%s\"}}".formatted(name))
        .get("volume_type")
        .get("id")
        .asString();
  }

  private static void assertFault(Answer answer, int status, String fault, String message) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.body().get(fault).get("message").asString()).isEqualTo(message);
  }

  private static void assertNoSuchQos(Answer answer, String id) {
    assertFault(answer, 404, "itemNotFound", "No such QoS spec " + id + ".");
  }

  @Test
  void specsAreMadeShownChangedAndDeletedAsRecorded() throws Exception {
    JsonNode made =
        must(
            "POST",
            "/qos-specs",
            "{\"qos_specs\": {\"name\": \"q\", \"consumer\": \"front-end\","
                + " \"read_iops_sec\": \"2000\"}}");
    assertThat(keys(made)).containsExactlyInAnyOrder("qos_specs", "links");
    JsonNode specs = made.get("qos_specs");
    assertThat(keys(specs)).containsExactlyInAnyOrder("id", "name", "consumer", "specs");
    assertThat(specs.get("consumer").asString()).isEqualTo("front-end");
    assertThat(specs.get("specs").toString()).isEqualTo("{\"read_iops_sec\":\"2000\"}");
    String id = specs.get("id").asString();
    String path = "/qos-specs/" + id;
    assertThat(made.get("links").get(0).get("href").asString()).endsWith(path);
    assertThat(must("GET", path, null)).isEqualTo(made);
    assertThat(must("GET", "/qos-specs", null).get("qos_specs").valueStream()).contains(specs);

    String change = "{\"qos_specs\":{\"iops_bytes\":\"500\"}}";
    assertThat(must("PUT", path, change).toString()).isEqualTo(change);
    must("PUT", path, "{\"qos_specs\": {\"consumer\": \"both\"}}");
    JsonNode changed = must("GET", path, null).get("qos_specs");
    assertThat(changed.get("consumer").asString()).isEqualTo("both");
    assertThat(keys(changed.get("specs"))).containsExactlyInAnyOrder("read_iops_sec", "iops_bytes");

    assertThat(call("PUT", path + "/delete_keys", "{\"keys\": [\"iops_bytes\"]}").status())
        .isEqualTo(202);
    assertFault(
        call("PUT", path + "/delete_keys", "{\"keys\": [\"read_iops_sec\", \"iops_bytes\"]}"),
        404,
        "itemNotFound",
        "QoS spec " + id + " has no spec with key iops_bytes.");
    assertThat(keys(must("GET", path, null).get("qos_specs").get("specs")))
        .containsExactly("read_iops_sec");

    assertThat(call("DELETE", path + "?force=False", null).status()).isEqualTo(202);
    assertNoSuchQos(call("GET", path, null), id);
  }

  @Test
  void typesAreAssociatedAndDisassociated() throws Exception {
    String id = qos("associated");
    String path = "/qos-specs/" + id;
    String one = type("one");
    String two = type("two");
    for (String type : List.of(one, two, one)) {
      assertThat(call("GET", path + "/associate?vol_type_id=" + type, null).status())
          .isEqualTo(202);
    }
    JsonNode associations = must("GET", path + "/associations", null).get("qos_associations");
    assertThat(associations.size()).isEqualTo(2);
    assertThat(associations.get(0).toString())
        .isEqualTo(
            "{\"association_type\":\"volume_type\",\"name\":\"one\",\"id\":\"%s\"}".formatted(one));
    assertThat(qosOf(one).asString()).isEqualTo(id);

    String other = "/qos-specs/" + qos("other");
    Answer taken = call("GET", other + "/associate?vol_type_id=" + one, null);
    assertThat(taken.status()).isEqualTo(400);
    assertThat(taken.text()).contains("already associated with another qos specs");
    assertThat(call("GET", other + "/disassociate?vol_type_id=" + one, null).status())
        .isEqualTo(202);
    assertThat(qosOf(one).asString()).isEqualTo(id);

    assertThat(call("GET", path + "/disassociate?vol_type_id=" + one, null).status())
        .isEqualTo(202);
    assertThat(qosOf(one).isNull()).isTrue();
    assertFault(
        call("DELETE", path + "?force=False", null), 400, "badRequest", "Qos specs still in use.");
    assertThat(call("DELETE", path, null).status()).isEqualTo(400);
    must("GET", path + "/disassociate_all", null);
    assertThat(must("GET", path + "/associations", null).toString())
        .isEqualTo("{\"qos_associations\":[]}");
    must("GET", path + "/associate?vol_type_id=" + two, null);
    assertThat(call("DELETE", path + "?force=True", null).status()).isEqualTo(202);
    assertThat(qosOf(two).isNull()).isTrue();
  }

  private static JsonNode qosOf(String type) throws Exception {
    return must("GET", "/types/" + type, null).get("volume_type").get("qos_specs_id");
  }

  @Test
  void aTypeCanBeDeletedWithItsAssociation() throws Exception {
    String path = "/qos-specs/" + qos("left");
    String type = type("leaves");
    must("GET", path + "/associate?vol_type_id=" + type, null);
    must("DELETE", "/types/" + type, null);
    assertThat(must("GET", path + "/associations", null).get("qos_associations").size()).isZero();
    assertThat(call("DELETE", path, null).status()).isEqualTo(202);
  }

  @Test
  void specsAreListedInPages() throws Exception {
    for (String name : List.of("page-a", "page-b", "page-c")) {
      qos(name);
    }
    var all = new ArrayList<String>();
    String url = "/qos-specs?limit=2&sort=name:asc";
    while (!url.isEmpty()) {
      JsonNode page = must("GET", url, null);
      page.get("qos_specs").forEach(one -> all.add(one.get("name").asString()));
      JsonNode links = page.get("qos_specs_links");
      url =
          links == null
              ? ""
              : links.get(0).get("href").asString().replaceFirst(".*(?=/qos-specs)", "");
    }
    assertThat(all).isSorted().doesNotHaveDuplicates().contains("page-a", "page-b", "page-c");
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    String path = "/qos-specs/" + qos("sense");
    assertFault(
        call("POST", "/qos-specs", "{\"qos_specs\": {\"name\": \"sense\"}}"),
        409,
        "conflictingRequest",
        "QoS Specs sense already exists.");
    for (String fields :
        List.of(
            "",
            "\"name\": \"\"",
            "\"name\": \" \"",
            "\"name\": 1",
            "\"name\": \"x\", \"consumer\": \"nobody\"",
            "\"name\": \"x\", \"a/b\": \"c\"",
            "\"name\": \"x\", \"a\": 1")) {
      String body = "{\"qos_specs\": {%s}}".formatted(fields);
      assertThat(call("POST", "/qos-specs", body).status()).as(body).isEqualTo(400);
    }
    assertThat(call("PUT", path, "{\"qos_specs\": {\"consumer\": \"nobody\"}}").status())
        .isEqualTo(400);
    assertThat(call("PUT", path, "{\"qos_specs\": []}").status()).isEqualTo(400);
    for (String keys : List.of("{}", "{\"keys\": \"a\"}", "{\"keys\": [1]}", "{\"keys\": null}")) {
      assertThat(call("PUT", path + "/delete_keys", keys).status()).as(keys).isEqualTo(400);
    }
    assertThat(call("DELETE", path + "?force=perhaps", null).status()).isEqualTo(400);
    assertFault(
        call("GET", path + "/associate", null),
        400,
        "badRequest",
        "Volume Type id must not be None.");
    assertFault(
        call("GET", path + "/associate?vol_type_id=" + UNKNOWN, null),
        404,
        "itemNotFound",
        "Volume type " + UNKNOWN + " could not be found.");
    assertNoSuchQos(call("GET", "/qos-specs?marker=" + UNKNOWN, null), UNKNOWN);
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    String path = "/qos-specs/" + UNKNOWN;
    assertNoSuchQos(call("GET", path, null), UNKNOWN);
    assertNoSuchQos(call("DELETE", path + "?force=False", null), UNKNOWN);
    assertNoSuchQos(call("PUT", path, "{\"qos_specs\": {\"a\": \"b\"}}"), UNKNOWN);
    assertNoSuchQos(call("PUT", path + "/delete_keys", "{\"keys\": [\"a\"]}"), UNKNOWN);
    assertNoSuchQos(call("GET", path + "/associations", null), UNKNOWN);
    assertNoSuchQos(call("GET", path + "/disassociate_all", null), UNKNOWN);
    assertNoSuchQos(call("GET", "/qos-specs/no-id", null), "no-id");
  }
}
