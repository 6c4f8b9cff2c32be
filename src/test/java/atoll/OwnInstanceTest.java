package atoll;

import static atoll.Answers.keys;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
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

/** Instances in Atoll's own API, as long as they do not run. */
class OwnInstanceTest {
  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session member;
  private static Session stranger;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
    stranger = cloud.tenant("stranger", "member");
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static String volume(Session who) throws Exception {
    return who.must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
        .get("volume")
        .get("id")
        .asString();
  }

  private static JsonNode create(String more) throws Exception {
    return member.own(
        201,
        "POST",
        "/instances",
        "{\"name\": \"i\", \"memory_mib\": 256, \"vcpus\": 2%s}".formatted(more));
  }

  private static String status(String volume) throws Exception {
    return member.must("GET", "/volumes/" + volume, null).get("volume").get("status").asString();
  }

  @Test
  void anInstanceIsMadeWithItsVolumesAndTheyAreFreeWhenItIsDeleted() throws Exception {
    String boot = volume(member);
    String data = volume(member);
    JsonNode made =
        create(
            ", \"volumes\": [{\"id\": \"%s\", \"bootable\": true}, {\"id\": \"%s\"}]"
                .formatted(boot, data));
    assertThat(keys(made))
        .containsExactly(
            "id",
            "name",
            "project_id",
            "memory_mib",
            "vcpus",
            "channels",
            "status",
            "fault",
            "created_at",
            "updated_at",
            "volumes");
    assertThat(made.get("status").asString()).isEqualTo("stopped");
    assertThat(made.get("memory_mib").asInt()).isEqualTo(256);
    assertThat(made.get("vcpus").asInt()).isEqualTo(2);
    assertThat(made.get("volumes").get(0).get("id").asString()).isEqualTo(boot);
    assertThat(made.get("volumes").get(0).get("bootable").asBoolean()).isTrue();
    assertThat(keys(made.get("volumes").get(1)))
        .containsExactly("id", "slot", "bootable", "attached_at");
    assertThat(status(boot)).isEqualTo("in-use");
    String path = "/instances/" + made.get("id").asString();
    assertThat(member.own(200, "GET", path, null)).isEqualTo(made);
    member.own(204, "DELETE", path, null);
    assertThat(status(boot)).isEqualTo("available");
    assertThat(member.own("GET", path, null).status()).isEqualTo(404);
  }

  @Test
  void volumesAreAttachedAndDetached() throws Exception {
    String path = "/instances/" + create("").get("id").asString();
    String volume = volume(member);
    String body = "{\"volume\": \"%s\"}".formatted(volume);
    assertThat(member.own("POST", path + "/detach", body).status()).isEqualTo(409);
    JsonNode with = member.own(200, "POST", path + "/attach", body);
    assertThat(with.get("volumes").get(0).get("id").asString()).isEqualTo(volume);
    assertThat(member.own("POST", path + "/attach", body).status()).isEqualTo(409);
    assertThat(cloud.admin.own("GET", path + "/channels", null).status()).isEqualTo(409);
    Answer start = member.own("POST", path + "/start", null);
    assertThat(start.status()).isEqualTo(409);
    assertThat(start.text()).contains("without a volume to boot from");
    JsonNode without = member.own(200, "POST", path + "/detach", body);
    assertThat(without.get("volumes").size()).isZero();
    assertThat(status(volume)).isEqualTo("available");
    member.own(200, "POST", path + "/stop", null); // it is
  }

  @Test
  void whatCannotBeMadeAsAWholeIsNotMade() throws Exception {
    String taken = volume(member);
    create(", \"volumes\": [{\"id\": \"%s\"}]".formatted(taken));
    String free = volume(member);
    int before = member.own(200, "GET", "/instances", null).get("items").size();
    Answer refused =
        member.own(
            "POST",
            "/instances",
            "{\"memory_mib\": 64, \"vcpus\": 1, \"volumes\": [{\"id\": \"%s\"}, {\"id\": \"%s\"}]}"
                .formatted(free, taken));
    assertThat(refused.status()).isEqualTo(409);
    assertThat(status(free)).isEqualTo("available");
    assertThat(member.own(200, "GET", "/instances", null).get("items").size()).isEqualTo(before);
  }

  @Test
  void instancesAndVolumesOfOthersAreNotThere() throws Exception {
    String path = "/instances/" + create("").get("id").asString();
    assertThat(stranger.own("GET", path, null).status()).isEqualTo(404);
    assertThat(stranger.own("DELETE", path, null).status()).isEqualTo(404);
    assertThat(stranger.own(200, "GET", "/instances", null).get("items").size()).isZero();
    String foreign = "{\"volume\": \"%s\"}".formatted(volume(stranger));
    assertThat(member.own("POST", path + "/attach", foreign).status()).isEqualTo(404);
    Answer mixed = cloud.admin.own("POST", path + "/attach", foreign);
    assertThat(mixed.status()).isEqualTo(400);
    assertThat(mixed.text()).contains("another project");
  }

  @Test
  void listsComeInPages() throws Exception {
    Session other = cloud.tenant("other", "member");
    var made = new ArrayList<String>();
    for (int i = 0; i < 3; i++) {
      made.add(
          other
              .own(201, "POST", "/instances", "{\"memory_mib\": 64, \"vcpus\": 1}")
              .get("id")
              .asString());
    }
    var seen = new ArrayList<String>();
    @Nullable String path = "/instances?limit=2";
    while (path != null) {
      JsonNode page = other.own(200, "GET", path, null);
      page.get("items").forEach(item -> seen.add(item.get("id").asString()));
      String next = page.get("next").asString(null);
      path = next == null ? null : next.substring((cloud.service.url() + "/atoll/v1").length());
    }
    assertThat(seen).isEqualTo(made);
  }

  @Test
  void bodiesOfNoSenseMakeNothing() throws Exception {
    for (String body :
        List.of(
            "{}",
            "{\"memory_mib\": 1, \"vcpus\": 1}",
            "{\"memory_mib\": 64, \"vcpus\": 0}",
            "{\"memory_mib\": 64, \"vcpus\": 1, \"volumes\": {}}",
            "{\"memory_mib\": 64, \"vcpus\": 1, \"volumes\": [{}]}",
            "{\"memory_mib\": 64, \"vcpus\": 1, \"channels\": [\"a b\"]}",
            "{\"memory_mib\": 64, \"vcpus\": 1, \"x\": 1}")) {
      assertThat(member.own("POST", "/instances", body).status()).as(body).isEqualTo(400);
    }
    assertThat(member.own("GET", "/instances?after=x", null).status()).isEqualTo(400);
  }
}
