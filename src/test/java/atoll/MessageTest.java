package atoll;

import static atoll.Answers.assertFault;
import static atoll.Answers.keys;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.TestDatabase;
import atoll.engine.Backups;
import atoll.engine.Engine;
import atoll.engine.Eventually;
import atoll.engine.TakeRequest;
import atoll.engine.VolumeSpec;
import atoll.format.ImageFormat;
import atoll.model.BackupId;
import atoll.model.Owner;
import atoll.model.SnapshotId;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What users are told of work that failed in the background: an image that is none, a volume whose
 * files are gone before they were in the repository, and a repository that cannot be written to.
 */
class MessageTest {
  private static final int MIB = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ACTION_IMPORT = "VOLUME_VOLUME_005_012";
  private static final String ACTION_KEEP = "VOLUME_VOLUME_901_901";
  private static final String SNAPSHOT_FAILED = "VOLUME_VOLUME_SNAPSHOT_009_013";
  private static final String BACKUP_LOST = "VOLUME_VOLUME_BACKUP_013_019";

  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session owner;
  private static Session foreigner;
  private static String unreadable = "";
  private static String lost = "";
  private static String lostSnapshot = "";
  private static String lostBackup = "";

  @BeforeAll
  static void failAtMuch() throws Exception {
    Path data = folder.resolve("data");
    Owner project;
    try (TestCloud first = TestCloud.open(data)) {
      Session session = first.tenant("owner", "member");
      first.tenant("foreigner", "member");
      project = session.owner();
    }
    try (Site site = Site.openWithQuotas(data, TestDatabase.url(data))) {
      fail(site.engine(), project);
    }
    Files.move(data.resolve("volumes/" + lost), folder.resolve("elsewhere"));
    cloud = TestCloud.open(data);
    owner = cloud.login("owner", "secret-owner", "owner");
    foreigner = cloud.login("foreigner", "secret-foreigner", "foreigner");
    for (String event : List.of(ACTION_IMPORT, ACTION_KEEP, SNAPSHOT_FAILED, BACKUP_LOST)) {
      awaitOne(event);
    }
  }

  private static void fail(Engine engine, Owner project) throws Exception {
    byte[] content = new byte[MIB];
    new Random(5).nextBytes(content);
    Path image = Files.write(folder.resolve("image"), content);
    VolumeId none =
        engine
            .volumes()
            .importImage(VolumeSpec.of(project, "none", MIB), image, ImageFormat.QCOW2)
            .id();
    VolumeId volume =
        engine
            .volumes()
            .importImage(VolumeSpec.of(project, "lost", MIB), image, ImageFormat.RAW)
            .id();
    assertThat(engine.volumes().awaitMade(none, PATIENCE)).isTrue();
    assertThat(engine.volumes().awaitMade(volume, PATIENCE)).isTrue();
    Path broken = breakRepository();
    SnapshotId snapshot =
        engine.snapshots().take(TakeRequest.of(project, "s", List.of(volume))).getFirst().id();
    BackupId backup =
        engine.backups().create(volume, new Backups.Spec(project, "b", "", false)).id();
    engine.close();
    mend(broken);
    unreadable = none.toString();
    lost = volume.toString();
    lostSnapshot = snapshot.toString();
    lostBackup = backup.toString();
  }

  /** From now on no snapshot can be written; what lay there is where this says. */
  private static Path breakRepository() throws IOException {
    Path manifests = folder.resolve("data/repository/snapshots");
    Path aside = folder.resolve("snapshots-aside");
    if (Files.exists(manifests)) {
      Files.move(manifests, aside);
    }
    Files.writeString(manifests, "no folder");
    return aside;
  }

  private static void mend(Path aside) throws IOException {
    Path manifests = folder.resolve("data/repository/snapshots");
    Files.delete(manifests);
    if (Files.exists(aside)) {
      Files.move(aside, manifests);
    }
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static JsonNode messages(Session session, String version, String query) throws Exception {
    Answer answer = session.volume(version, "GET", "/messages" + query, null);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.body().get("messages");
  }

  /** Waits for a message of an event, of which there must be one. */
  private static JsonNode awaitOne(String event) throws Exception {
    JsonNode found = await(owner, "?event_id=" + event);
    assertThat(found.size()).as("%s", found).isEqualTo(1);
    return found.get(0);
  }

  /** Waits until a project has any messages that fit. */
  private static JsonNode await(Session session, String query) throws Exception {
    return Eventually.until(
        "messages " + query,
        PATIENCE,
        () -> messages(session, "3.5", query),
        found -> !found.isEmpty());
  }

  @Test
  void whatFailedIsToldToItsOwner() throws Exception {
    JsonNode message = awaitOne(ACTION_IMPORT);
    assertThat(keys(message))
        .containsExactlyInAnyOrder(
            "id",
            "event_id",
            "user_message",
            "message_level",
            "created_at",
            "guaranteed_until",
            "request_id",
            "links",
            "resource_type",
            "resource_uuid");
    assertThat(message.get("user_message").asString())
        .isEqualTo("copy image to volume:Driver failed to create the volume.");
    assertThat(message.get("message_level").asString()).isEqualTo("ERROR");
    assertThat(message.get("resource_type").asString()).isEqualTo("VOLUME");
    assertThat(message.get("resource_uuid").asString()).isEqualTo(unreadable);
    assertThat(message.get("request_id").isNull()).isTrue();
    assertThat(
            LocalDateTime.parse(message.get("created_at").asString())
                .until(
                    LocalDateTime.parse(message.get("guaranteed_until").asString()),
                    ChronoUnit.DAYS))
        .isEqualTo(30);
    String id = message.get("id").asString();
    assertThat(message.get("links").get(0).get("href").asString())
        .endsWith("/v3/" + owner.project + "/messages/" + id);
    Answer one = owner.volume("3.3", "GET", "/messages/" + id, null);
    assertThat(one.body().get("message")).isEqualTo(message);
    assertThat(messages(owner, "3.3", "").valueStream()).contains(message);
  }

  @Test
  void whatIsLostIsToldOnceOfEachThing() throws Exception {
    assertSubject(ACTION_KEEP, "VOLUME", lost);
    assertSubject(SNAPSHOT_FAILED, "VOLUME_SNAPSHOT", lostSnapshot);
    assertSubject(BACKUP_LOST, "VOLUME_BACKUP", lostBackup);
    int before = attempts();
    Eventually.until("one more attempt", PATIENCE, MessageTest::attempts, now -> now > before);
    assertSubject(ACTION_KEEP, "VOLUME", lost);
    assertSubject(SNAPSHOT_FAILED, "VOLUME_SNAPSHOT", lostSnapshot);
    assertSubject(BACKUP_LOST, "VOLUME_BACKUP", lostBackup);
    assertThat(owner.must("GET", "/volumes/" + lost, null).get("volume").get("status").asString())
        .isEqualTo("error");
    for (JsonNode message : messages(owner, "3.5", "")) {
      assertThat(message.toString()).doesNotContain(folder.toString());
    }
  }

  /** How often the backup of what is lost was tried. */
  private static int attempts() {
    return cloud.service.engine().tasks().stream()
        .filter(task -> task.kind() == TaskKind.BACK_UP && task.subject().toString().equals(lost))
        .mapToInt(Task::attempts)
        .sum();
  }

  private static void assertSubject(String event, String type, String id) throws Exception {
    JsonNode message = awaitOne(event);
    assertThat(message.get("resource_type").asString()).isEqualTo(type);
    assertThat(message.get("resource_uuid").asString()).isEqualTo(id);
  }

  @Test
  void listsComeInPagesAndCanBeFilteredAndSorted() throws Exception {
    assertThat(ids(messages(owner, "3.5", "?resource_uuid=" + lost)))
        .isEqualTo(ids(messages(owner, "3.5", "?event_id=" + ACTION_KEEP)));
    assertThat(messages(owner, "3.5", "?resource_type=VOLUME").size()).isEqualTo(2);
    assertThat(messages(owner, "3.5", "?resource_type=GROUP").size()).isZero();
    assertThat(messages(owner, "3.5", "?event_id=nothing").size()).isZero();
    assertThat(messages(owner, "3.5", "?message_level=INFO").size()).isZero();
    assertThat(messages(owner, "3.5", "?message_level=ERROR").size()).isGreaterThan(3);
    assertThat(messages(owner, "3.4", "?resource_type=GROUP").size()).isGreaterThan(3);
    List<String> all = ids(messages(owner, "3.5", "?sort=created_at:asc"));
    assertThat(ids(messages(owner, "3.5", ""))).isEqualTo(all.reversed());
    var paged = new ArrayList<String>();
    String query = "?limit=2&sort=created_at:asc";
    while (query != null) {
      Answer page = owner.volume("3.5", "GET", "/messages" + query, null);
      paged.addAll(ids(page.body().get("messages")));
      JsonNode links = page.body().get("messages_links");
      String next = links == null ? "" : links.get(0).get("href").asString();
      query = links == null ? null : next.substring(next.indexOf('?'));
    }
    assertThat(paged).isEqualTo(all);
    assertThat(new HashSet<>(all)).hasSameSizeAs(all);
    String nobody = UUID.randomUUID().toString();
    assertFault(
        owner.volume("3.5", "GET", "/messages?marker=" + nobody, null),
        404,
        "itemNotFound",
        "Message " + nobody + " could not be found.");
    assertThat(owner.volume("3.5", "GET", "/messages?sort=nothing", null).status()).isEqualTo(400);
  }

  private static List<String> ids(JsonNode things) {
    return things.valueStream().map(thing -> thing.get("id").asString()).toList();
  }

  @Test
  void messagesAreTheOwnersAndTheAdminsAlone() throws Exception {
    String path = "/messages/" + awaitOne(ACTION_IMPORT).get("id").asString();
    assertThat(owner.volume("3.2", "GET", "/messages", null).status()).isEqualTo(404);
    assertThat(foreigner.volume("3.5", "GET", path, null).status()).isEqualTo(404);
    assertThat(foreigner.volume("3.5", "DELETE", path, null).status()).isEqualTo(404);
    assertThat(messages(foreigner, "3.5", "?all_tenants=1").size()).isZero();
    assertThat(messages(foreigner, "3.5", "?project_id=" + owner.project).size()).isZero();
    assertThat(messages(cloud.admin, "3.5", "").size()).isZero();
    assertThat(messages(cloud.admin, "3.5", "?project_id=" + owner.project).size())
        .isGreaterThan(3);
    assertThat(messages(cloud.admin, "3.5", "?all_tenants=1").size()).isGreaterThan(3);
    assertThat(owner.volume("3.5", "GET", "/messages/nonsense", null).status()).isEqualTo(404);
  }

  @Test
  void aBackupThatKeepsFailingIsToldOnceAndSucceedsInTheEnd() throws Exception {
    Path broken = breakRepository();
    String backup;
    JsonNode message;
    try {
      String volume =
          foreigner
              .must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
              .get("volume")
              .get("id")
              .asString();
      backup =
          foreigner
              .must("POST", "/backups", "{\"backup\": {\"volume_id\": \"%s\"}}".formatted(volume))
              .get("backup")
              .get("id")
              .asString();
      message = awaitFirst(foreigner);
    } finally {
      mend(broken);
    }
    assertThat(message.get("event_id").asString()).isEqualTo("VOLUME_VOLUME_BACKUP_013_020");
    assertThat(message.get("user_message").asString())
        .isEqualTo("create backup:Backup driver failed to create backup.");
    assertThat(message.get("resource_uuid").asString()).isEqualTo(backup);
    foreigner.await("/backups/" + backup, "backup", "available");
    assertThat(messages(foreigner, "3.5", "").size()).isEqualTo(1);
    String path = "/messages/" + message.get("id").asString();
    assertThat(foreigner.volume("3.3", "DELETE", path, null).status()).isEqualTo(204);
    assertThat(foreigner.volume("3.3", "GET", path, null).status()).isEqualTo(404);
    assertThat(foreigner.volume("3.3", "DELETE", path, null).status()).isEqualTo(404);
    assertThat(messages(foreigner, "3.5", "").size()).isZero();
  }

  private static JsonNode awaitFirst(Session session) throws Exception {
    return await(session, "").get(0);
  }
}
