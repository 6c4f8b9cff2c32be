package atoll;

import static atoll.Answers.keys;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The repository in Atoll's own API. */
class OwnRepositoryTest {
  private static final String REPOSITORY = "/repositories/default";

  @TempDir Path folder;
  private TestCloud cloud;
  private Session admin;

  @BeforeEach
  void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    admin = cloud.admin;
  }

  @AfterEach
  void close() throws IOException {
    cloud.close();
  }

  private void backUp() throws Exception {
    String volume =
        admin
            .must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
            .get("volume")
            .get("id")
            .asString();
    admin.must("POST", "/snapshots", "{\"snapshot\": {\"volume_id\": \"" + volume + "\"}}");
    awaitIdle();
  }

  private void awaitIdle() throws InterruptedException {
    assertThat(cloud.service.engine().awaitIdle(Duration.ofSeconds(60))).isTrue();
  }

  private JsonNode show() throws Exception {
    return admin.own(200, "GET", REPOSITORY, null);
  }

  @Test
  void itSaysWhereItIsAndHowMuchItHolds() throws Exception {
    backUp();
    JsonNode shown = show();
    assertThat(keys(shown))
        .containsExactly(
            "name",
            "id",
            "location",
            "created_at",
            "chunk_size_bytes",
            "snapshots",
            "last_collection",
            "last_verification",
            "damaged");
    assertThat(shown.get("location").asString())
        .isEqualTo(folder.resolve("data").resolve("repository").toString());
    assertThat(shown.get("snapshots").asInt()).isEqualTo(1);
    assertThat(shown.get("last_collection").isNull()).isTrue();
    assertThat(shown.get("last_verification").isNull()).isTrue();
    assertThat(admin.own(200, "GET", "/repositories", null).get("items").get(0)).isEqualTo(shown);
    JsonNode usage = admin.own(200, "GET", REPOSITORY + "/usage", null);
    assertThat(keys(usage))
        .containsExactly(
            "snapshots",
            "size_bytes",
            "logical_bytes",
            "unique_bytes",
            "live_bytes",
            "stored_bytes");
    assertThat(usage.get("size_bytes").asLong()).isEqualTo(1 << 30);
    assertThat(admin.own("GET", "/repositories/other", null).status()).isEqualTo(404);
    Session member = cloud.tenant("member", "member");
    assertThat(member.own("GET", REPOSITORY, null).status()).isEqualTo(403);
  }

  @Test
  void aCollectionIsATaskAndIsRemembered() throws Exception {
    backUp();
    JsonNode task = admin.own(202, "POST", REPOSITORY + "/collect", null);
    assertThat(task.get("kind").asString()).isEqualTo("collect");
    assertThat(task.get("subject").get("kind").asString()).isEqualTo("repository");
    awaitIdle();
    JsonNode run = show().get("last_collection");
    assertThat(keys(run))
        .containsExactly(
            "began_at", "ended_at", "snapshots", "packs_removed", "freed_bytes", "live_bytes");
    assertThat(run.get("snapshots").asInt()).isEqualTo(1);
  }

  @Test
  void aVerificationFindsWhatIsDamagedAndTellsUntilItIsWhole() throws Exception {
    backUp();
    assertThat(admin.own(202, "POST", REPOSITORY + "/verify", "{\"quick\": true}").get("kind"))
        .hasToString("\"verify\"");
    awaitIdle();
    JsonNode run = show().get("last_verification");
    assertThat(keys(run))
        .containsExactly(
            "quick", "began_at", "ended_at", "snapshots", "chunks", "read_bytes", "damaged");
    assertThat(run.get("quick").asBoolean()).isTrue();
    assertThat(run.get("damaged").asInt()).isZero();

    Path manifest = manifest();
    byte[] whole = Files.readAllBytes(manifest);
    byte[] broken = whole.clone();
    broken[broken.length / 2] ^= 1;
    Files.write(manifest, broken);
    admin.own(202, "POST", REPOSITORY + "/verify", null);
    awaitIdle();
    JsonNode shown = show();
    assertThat(shown.get("last_verification").get("quick").asBoolean()).isFalse();
    assertThat(shown.get("last_verification").get("damaged").asInt()).isEqualTo(1);
    JsonNode damage = shown.get("damaged").get(0);
    assertThat(keys(damage))
        .containsExactly("object", "offset", "problem", "point_id", "range_offset", "range_length");
    assertThat(damage.get("point_id").asString()).isEqualTo(manifest.getFileName().toString());
    assertThat(damage.get("range_length").isNull()).isTrue();
    JsonNode alerts = admin.own(200, "GET", "/alerts", null).get("items");
    assertThat(alerts.get(0).get("kind").asString()).isEqualTo("repository_damaged");

    Files.write(manifest, whole);
    admin.own(202, "POST", REPOSITORY + "/verify", null);
    awaitIdle();
    assertThat(show().get("damaged").size()).isZero();
    assertThat(admin.own(200, "GET", "/alerts", null).get("items").size()).isZero();
  }

  private Path manifest() throws IOException {
    Path snapshots = folder.resolve("data").resolve("repository").resolve("snapshots");
    try (Stream<Path> files = Files.list(snapshots)) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void bodiesOfNoSenseBeginNothing() throws Exception {
    assertThat(admin.own("POST", REPOSITORY + "/verify", "[]").status()).isEqualTo(400);
    assertThat(admin.own("POST", REPOSITORY + "/verify", "{\"x\": 1}").status()).isEqualTo(400);
    assertThat(admin.own("POST", "/repositories/x/verify", null).status()).isEqualTo(404);
    assertThat(admin.own("POST", "/repositories/x/collect", null).status()).isEqualTo(404);
  }
}
