package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Calls with plan=true tell what they would come to, and are not done. */
@OnBothDatabases
class PlanTest {
  private static final String SIZED = "{\"volume\": {\"size\": %d, \"name\": \"planned\"}}";
  private static final int CONTENT_BYTES = 1 << 20;
  private static final String ACTION = "/action?plan=true";

  @TempDir Path folder;
  private TestCloud cloud;
  private Session member;

  @BeforeEach
  void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
  }

  @AfterEach
  void close() throws Exception {
    cloud.close();
  }

  private Answer call(String method, String path, @Nullable String body) throws Exception {
    return member.volume("3.66", method, path, body);
  }

  private JsonNode plan(String method, String path, @Nullable String body) throws Exception {
    Answer answer = call(method, path, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.body().propertyNames()).containsExactly("plan");
    return answer.body().get("plan");
  }

  private String made(String things, String thing, String fields) throws Exception {
    Answer answer = call("POST", "/" + things, "{\"%s\": {%s}}".formatted(thing, fields));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    String id = answer.body().get(thing).get("id").asString();
    member.await("/" + things + "/" + id, thing, "available");
    return id;
  }

  private int count(String things) throws Exception {
    return member.must("GET", "/" + things, null).get(things).size();
  }

  /** A volume that is left with content, and a snapshot of that in the repository. */
  private Map<String, String> snapshotWithContent() throws Exception {
    var content = new byte[CONTENT_BYTES];
    new Random(1).nextBytes(content);
    String volume = member.volumeOf(Files.write(folder.resolve("image"), content)).toString();
    String snapshot = made("snapshots", "snapshot", "\"volume_id\": \"%s\"".formatted(volume));
    assertThat(cloud.service.engine().awaitIdle(Duration.ofMinutes(1))).isTrue();
    return Map.of("volume", volume, "snapshot", snapshot);
  }

  @Test
  void nothingIsDone() throws Exception {
    plan("POST", "/volumes?plan=true", SIZED.formatted(1));
    assertThat(count("volumes")).isZero();
    String volume = made("volumes", "volume", "\"size\": 1");
    String of = "\"volume_id\": \"%s\"".formatted(volume);
    plan("POST", "/snapshots?plan=true", "{\"snapshot\": {%s}}".formatted(of));
    plan("POST", "/backups?plan=true", "{\"backup\": {%s}}".formatted(of));
    plan("POST", "/volumes?plan=yes", "{\"volume\": {\"source_volid\": \"%s\"}}".formatted(volume));
    plan("POST", "/volumes/" + volume + ACTION, "{\"os-extend\": {\"new_size\": 5}}");
    plan("DELETE", "/volumes/" + volume + "?plan=true", null);
    assertThat(count("volumes")).isEqualTo(1);
    assertThat(count("snapshots")).isZero();
    assertThat(count("backups")).isZero();
    JsonNode shown = member.must("GET", "/volumes/" + volume, null).get("volume");
    assertThat(shown.get("size").asInt()).isEqualTo(1);
    assertThat(shown.get("status").asString()).isEqualTo("available");
    assertThat(cloud.service.engine().tasks()).isEmpty();
  }

  @Test
  void whatWouldBeRefusedIsRefused() throws Exception {
    String volume = made("volumes", "volume", "\"size\": 2");
    Answer smaller =
        call("POST", "/volumes/" + volume + ACTION, "{\"os-extend\": {\"new_size\": 1}}");
    assertThat(smaller.status()).isEqualTo(400);
    cloud.admin.must(
        "PUT", "/os-quota-sets/" + member.project, "{\"quota_set\": {\"gigabytes\": 1000}}");
    Answer quota = call("POST", "/volumes?plan=true", SIZED.formatted(2000));
    assertThat(quota.status()).isEqualTo(413);
    assertThat(call("DELETE", "/volumes/" + UUID.randomUUID() + "?plan=true", null).status())
        .isEqualTo(404);
    Session reader = cloud.tenant("reader", "reader");
    assertThat(reader.volume("3.66", "POST", "/volumes?plan=true", SIZED.formatted(1)).status())
        .isEqualTo(403);
  }

  @Test
  void aCallWithoutAPlanIsNotDoneEither() throws Exception {
    String volume = made("volumes", "volume", "\"size\": 1");
    Answer described =
        call("PUT", "/volumes/" + volume + "?plan=true", "{\"volume\": {\"name\": \"other\"}}");
    assertThat(described.status()).isEqualTo(400);
    assertThat(described.text()).contains("There is no plan of this call, and it was not done");
    Answer unclear = call("DELETE", "/volumes/" + volume + "?plan=perhaps", null);
    assertThat(unclear.status()).isEqualTo(400);
    Answer own = member.own("POST", "/instances?plan=true", "{\"memory_mib\": 16, \"vcpus\": 1}");
    assertThat(own.status()).isEqualTo(400);
    assertThat(call("DELETE", "/volumes/" + volume + "?plan=false", null).status()).isEqualTo(202);
    assertThat(count("volumes")).isZero();
  }

  @Test
  void aDeletionTellsWhatItWouldFree() throws Exception {
    Map<String, String> ids = snapshotWithContent();
    String snapshot = "/snapshots/" + ids.get("snapshot");
    String volume = "/volumes/" + ids.get("volume");
    JsonNode alone = plan("DELETE", snapshot + "?plan=true", null);
    assertThat(alone.get("frees_repository_bytes").asLong())
        .as("the volume needs its content")
        .isZero();
    JsonNode all = plan("DELETE", volume + "?cascade=true&plan=true", null);
    assertThat(all.get("frees_repository_bytes").asLong())
        .isBetween((long) CONTENT_BYTES, 2L * CONTENT_BYTES);
    assertThat(all.get("backs_up_bytes").asLong()).isZero();
    assertThat(call("DELETE", volume, null).status()).isEqualTo(202);
    assertThat(cloud.service.engine().awaitIdle(Duration.ofMinutes(1))).isTrue();
    assertThat(plan("DELETE", snapshot + "?plan=true", null).get("frees_repository_bytes").asLong())
        .isEqualTo(all.get("frees_repository_bytes").asLong());
    assertThat(count("snapshots")).isEqualTo(1);
  }
}
