package atoll;

import static atoll.Answers.keys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.engine.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Snapshots in Atoll's own API, of volumes with real content. */
class OwnSnapshotTest {
  private static final int MIB = 1 << 20;
  private static final int CHUNK = 64 << 10;

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

  /** A volume of the member's that holds some bytes. */
  private static String volume(byte[] content) throws Exception {
    return member.volumeOf(Files.write(folder.resolve("image"), content)).toString();
  }

  private static byte[] content() {
    var content = new byte[MIB];
    new Random(1).nextBytes(content);
    return content;
  }

  private static JsonNode take(String volumes, String more) throws Exception {
    return member.own(201, "POST", "/snapshots", "{\"volumes\": [%s]%s}".formatted(volumes, more));
  }

  private static String takeOne(String volume) throws Exception {
    JsonNode taken = take("\"" + volume + "\"", ", \"name\": \"s\"");
    assertThat(taken.get("set_id").isNull()).isTrue();
    return awaitBackedUp(taken.get("items").get(0).get("id").asString());
  }

  private static String awaitBackedUp(String id) throws Exception {
    return Eventually.until(
            "snapshot " + id + " is backed up",
            Duration.ofSeconds(30),
            () -> member.own(200, "GET", "/snapshots/" + id, null),
            snapshot -> snapshot.get("state").asString().equals("backed_up"))
        .get("id")
        .asString();
  }

  @Test
  void whatASnapshotCostIsShownWhenItIsInTheRepository() throws Exception {
    String id = takeOne(volume(content()));
    JsonNode shown = member.own(200, "GET", "/snapshots/" + id, null);
    assertThat(keys(shown))
        .containsExactly(
            "id",
            "name",
            "volume_id",
            "project_id",
            "set_id",
            "point_id",
            "size_bytes",
            "state",
            "progress",
            "fault",
            "taken_at",
            "consistency",
            "frozen_millis",
            "changed_bytes",
            "read_bytes",
            "stored_bytes",
            "backup_millis",
            "content_digest");
    assertThat(shown.get("changed_bytes").asLong()).isEqualTo(MIB);
    assertThat(shown.get("read_bytes").asLong()).isEqualTo(MIB);
    assertThat(shown.get("stored_bytes").asLong()).isPositive();
    assertThat(shown.get("progress").asDouble()).isEqualTo(1);
    assertThat(shown.get("consistency").asString()).isEqualTo("crash");
    String digest = shown.get("content_digest").asString();
    assertThat(digest).startsWith("64k/256:");
    assertThat(member.own(200, "GET", "/snapshots/" + id + "/digest", null).toString())
        .isEqualTo("{\"content_digest\":\"" + digest + "\"}");
    assertThat(stranger.own("GET", "/snapshots/" + id, null).status()).isEqualTo(404);
    assertThat(stranger.own("GET", "/snapshots/" + id + "/digest", null).status()).isEqualTo(404);
  }

  @Test
  void aSetIsDeletedAsAWholeAndTellsBeforeWhatThatFrees() throws Exception {
    var content = new byte[MIB];
    new Random(2).nextBytes(content);
    String volume = volume(content);
    String first = takeOne(volume);
    String second = takeOne(volume); // of the same content
    member.must("DELETE", "/volumes/" + volume, null);
    assertThat(cloud.service.engine().awaitIdle(Duration.ofSeconds(30))).isTrue();
    assertThat(freed(first)).isZero();
    assertThat(freed(first, second)).isBetween((long) MIB, 2L * MIB);
    assertThat(stranger.own("POST", "/snapshots/delete", listed(first)).status()).isEqualTo(404);
    String unknown = "00000000-0000-4000-8000-000000000000";
    assertThat(member.own("POST", "/snapshots/delete", listed(first, unknown)).status())
        .isEqualTo(404);
    assertThat(member.own("POST", "/snapshots/delete", listed()).status()).isEqualTo(400);
    assertThat(member.own("GET", "/snapshots/" + first, null).status()).isEqualTo(200);
    assertThat(member.own("POST", "/snapshots/delete", listed(first, second, first)).status())
        .isEqualTo(202);
    assertThat(member.own("GET", "/snapshots/" + second, null).status()).isEqualTo(404);
  }

  private static long freed(String... snapshots) throws Exception {
    return member
        .own(200, "POST", "/snapshots/delete?plan=true", listed(snapshots))
        .get("plan")
        .get("frees_repository_bytes")
        .asLong();
  }

  private static String listed(String... snapshots) {
    return "{\"snapshots\": [%s]}"
        .formatted(Stream.of(snapshots).map("\"%s\""::formatted).collect(Collectors.joining(", ")));
  }

  @Test
  void anyTwoSnapshotsAreComparedWhateverTheyHaveToDoWithEachOther() throws Exception {
    byte[] content = content();
    String first = takeOne(volume(content));
    content[3 * CHUNK + 5] ^= 1;
    for (int i = 8 * CHUNK; i < 10 * CHUNK; i++) {
      content[i] = 0;
    }
    String second = takeOne(volume(content));
    JsonNode diff = member.own(200, "GET", "/snapshots/%s/diff/%s".formatted(first, second), null);
    assertThat(keys(diff)).containsExactly("ranges", "differing_bytes");
    var ranges = new ArrayList<String>();
    diff.get("ranges")
        .forEach(range ->
            ranges.add(
                "%d %d %s"
                    .formatted(
                        range.get("offset").asLong(),
                        range.get("length").asLong(),
                        range.get("kind").asString())));
    assertThat(ranges)
        .containsExactly(
            "%d %d changed".formatted(3 * CHUNK, CHUNK),
            "%d %d removed".formatted(8 * CHUNK, 2 * CHUNK));
    assertThat(diff.get("differing_bytes").asLong()).isEqualTo(3 * CHUNK);
    JsonNode same = member.own(200, "GET", "/snapshots/%s/diff/%s".formatted(first, first), null);
    assertThat(same.get("ranges").size()).isZero();
    assertThat(stranger.own("GET", "/snapshots/%s/diff/%s".formatted(first, second), null).status())
        .isEqualTo(404);
  }

  @Test
  void whatIsNotInTheRepositoryYetHasNoDigestAndCannotBeCompared() throws Exception {
    String there = takeOne(volume(content()));
    String volume = volume(content());
    assertThat(cloud.service.engine().awaitIdle(Duration.ofSeconds(30))).isTrue();
    Path repository = folder.resolve("data").resolve("repository");
    Path away = folder.resolve("away");
    Files.move(repository, away);
    Files.createFile(repository);
    String taken;
    try {
      taken = take("\"" + volume + "\"", "").get("items").get(0).get("id").asString();
      Answer digest = member.own("GET", "/snapshots/" + taken + "/digest", null);
      assertThat(digest.status()).isEqualTo(409);
      assertThat(digest.text()).contains("not in the repository yet");
      for (String path : List.of(taken + "/diff/" + there, there + "/diff/" + taken)) {
        Answer diff = member.own("GET", "/snapshots/" + path, null);
        assertThat(diff.status()).isEqualTo(409);
        assertThat(diff.text()).contains(taken).contains("wait until its state is backed_up");
      }
      JsonNode shown = member.own(200, "GET", "/snapshots/" + taken, null);
      assertThat(shown.get("content_digest").isNull()).isTrue();
      assertThat(shown.get("state").asString()).isIn("on_primary", "backing_up");
    } finally {
      Files.delete(repository);
      Files.move(away, repository);
    }
    awaitBackedUp(taken);
  }

  @Test
  void aComparisonThatCannotBeMadeToItsEndIsSeenNotToBeWhole() throws Exception {
    String first = takeOne(volume(content()));
    String second = takeOne(volume(new byte[MIB]));
    String path = "/snapshots/%s/diff/%s".formatted(first, second);
    Path repository = folder.resolve("data").resolve("repository");
    Path away = folder.resolve("away");
    Files.move(repository, away);
    Files.createFile(repository);
    try {
      assertThatThrownBy(() -> member.own("GET", path, null)).isInstanceOf(IOException.class);
    } finally {
      Files.delete(repository);
      Files.move(away, repository);
    }
    assertThat(member.own(200, "GET", path, null).get("differing_bytes").asLong()).isEqualTo(MIB);
  }

  @Test
  void severalVolumesAreTakenAtOneInstant() throws Exception {
    String first = volume(content());
    String second = volume(content());
    JsonNode taken =
        take(
            "\"%s\", \"%s\"".formatted(first, second),
            ", \"name\": \"both\", \"description\": \"d\", \"metadata\": {\"a\": \"b\"},"
                + " \"quiesce\": \"none\"");
    String set = taken.get("set_id").asString();
    assertThat(taken.get("items").size()).isEqualTo(2);
    var volumes = new ArrayList<String>();
    for (JsonNode one : taken.get("items")) {
      volumes.add(one.get("volume_id").asString());
      assertThat(one.get("set_id").asString()).isEqualTo(set);
      assertThat(one.get("name").asString()).isEqualTo("both");
      assertThat(one.get("frozen_millis").asDouble()).isZero();
      JsonNode shown =
          member.must("GET", "/snapshots/" + one.get("id").asString(), null).get("snapshot");
      assertThat(shown.get("metadata").get("a").asString()).isEqualTo("b");
      assertThat(shown.get("description").asString()).isEqualTo("d");
    }
    assertThat(volumes).containsExactly(first, second);
  }

  @Test
  void aTakeOfWhatIsNotThereOrNotOnesOwnTakesNothing() throws Exception {
    String volume = volume(content());
    String body = "{\"volumes\": [\"%s\", \"%s\"]}".formatted(volume, UUID.randomUUID());
    assertThat(member.own("POST", "/snapshots", body).status()).isEqualTo(404);
    assertThat(
            stranger
                .own("POST", "/snapshots", "{\"volumes\": [\"%s\"]}".formatted(volume))
                .status())
        .isEqualTo(404);
    for (String wrong :
        List.of(
            "{}",
            "[]",
            "{\"volumes\": []}",
            "{\"volumes\": \"x\"}",
            "{\"volumes\": [\"%s\"], \"quiesce\": \"maybe\"}".formatted(volume),
            "{\"volumes\": [\"%s\"], \"more\": 1}".formatted(volume))) {
      assertThat(member.own("POST", "/snapshots", wrong).status()).as(wrong).isEqualTo(400);
    }
    assertThat(member.must("GET", "/snapshots?volume_id=" + volume, null).get("snapshots").size())
        .isZero();
  }
}
