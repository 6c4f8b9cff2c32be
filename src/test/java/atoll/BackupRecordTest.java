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
import atoll.engine.VolumeSpec;
import atoll.format.BlockImage;
import atoll.format.ImageFormat;
import atoll.model.BackupId;
import atoll.model.Owner;
import atoll.model.PointId;
import atoll.model.ProjectId;
import atoll.model.VolumeId;
import atoll.objectstore.DirectoryObjectStore;
import atoll.repository.Repository;
import atoll.repository.RepositoryKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Backups that outlive their host: exported from one service, imported into another. */
class BackupRecordTest {
  private static final int MIB = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String IMPORT = "/backups/import_record";

  @TempDir Path folder;

  /** A backup of a volume with content, in a service of its own. */
  private BackupId backedUp(Path data, byte[] content) throws Exception {
    Path image = Files.write(folder.resolve("image"), content);
    var owner = new Owner(new ProjectId(UUID.randomUUID()), "somebody");
    try (Site site = Site.openWithQuotas(data, TestDatabase.url(data))) {
      Engine engine = site.engine();
      VolumeSpec spec = VolumeSpec.of(owner, "old volume", content.length);
      VolumeId volume = engine.volumes().importImage(spec, image, ImageFormat.RAW).id();
      assertThat(engine.volumes().awaitMade(volume, PATIENCE)).isTrue();
      BackupId backup =
          engine.backups().create(volume, new Backups.Spec(owner, "b", "of old", true)).id();
      assertThat(engine.awaitIdle(PATIENCE)).isTrue();
      return backup;
    }
  }

  /** What is left when a host is lost: the repository, and the key that was kept elsewhere. */
  private static void copyWhatSurvives(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    Files.copy(from.resolve("repository.key"), to.resolve("repository.key"));
    Path objects = from.resolve("repository");
    try (Stream<Path> all = Files.walk(objects)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve("repository").resolve(objects.relativize(each)));
      }
    }
  }

  /** What a volume that has no layers holds: that of its base point. */
  private static byte[] read(Path data, VolumeId volume) throws Exception {
    PointId point;
    try (Site site = Site.openWithQuotas(data, TestDatabase.url(data))) {
      assertThat(site.engine().volumes().layers(volume)).isEmpty();
      point = Objects.requireNonNull(site.engine().volumes().get(volume).basePoint());
    }
    RepositoryKey key = RepositoryKey.read(data.resolve("repository.key"));
    try (var store = DirectoryObjectStore.open(data.resolve("repository"));
        var repository =
            Repository.open(store, key, data.resolve("cache"), InstantSource.system());
        BlockImage image = repository.open(point.value())) {
      var bytes = ByteBuffer.allocate((int) image.sizeBytes());
      image.read(0, bytes);
      return bytes.array();
    }
  }

  private static String body(JsonNode record) {
    return "{\"backup-record\": " + record + "}";
  }

  private static String body(String text) {
    return "{\"backup-record\": {\"backup_service\": \"atoll.repository\", \"backup_url\": \"%s\"}}"
        .formatted(text);
  }

  private static String encoded(String json) {
    return Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(JsonNode record) {
    return new String(
        Base64.getDecoder().decode(record.get("backup_url").asString()), StandardCharsets.UTF_8);
  }

  private static JsonNode exported(Session admin, String backup) throws Exception {
    JsonNode answer = admin.must("GET", "/backups/" + backup + "/export_record", null);
    assertThat(keys(answer)).containsExactly("backup-record");
    JsonNode record = answer.get("backup-record");
    assertThat(keys(record)).containsExactlyInAnyOrder("backup_service", "backup_url");
    return record;
  }

  @Test
  void aBackupComesBackAfterItsHostIsLost() throws Exception {
    byte[] content = new byte[3 * MIB];
    new Random(3).nextBytes(content);
    Path lost = folder.resolve("lost");
    String backup = backedUp(lost, content).toString();
    JsonNode record;
    JsonNode before;
    try (TestCloud cloud = TestCloud.open(lost)) {
      cloud.admin.volume(
          "3.43", "PUT", "/backups/" + backup, "{\"backup\": {\"metadata\": {\"rack\": \"7\"}}}");
      record = exported(cloud.admin, backup);
      before = shown(cloud.admin, backup);
    }
    Path data = folder.resolve("new");
    copyWhatSurvives(lost, data);
    String restored;
    try (TestCloud cloud = TestCloud.open(data)) {
      Answer imported = cloud.admin.volume("3.0", "POST", IMPORT, body(record));
      assertThat(imported.status()).as(imported.text()).isEqualTo(201);
      assertThat(keys(imported.body().get("backup")))
          .containsExactlyInAnyOrder("id", "name", "links");
      assertThat(imported.body().get("backup").get("id").asString()).isEqualTo(backup);
      JsonNode after = shown(cloud.admin, backup);
      for (String key :
          List.of(
              "id",
              "status",
              "size",
              "object_count",
              "name",
              "description",
              "volume_id",
              "is_incremental",
              "snapshot_id",
              "data_timestamp",
              "metadata")) {
        assertThat(after.get(key)).as(key).isEqualTo(before.get(key));
      }
      assertThat(after.get("status").asString()).isEqualTo("available");
      assertThat(after.get("os-backup-project-attr:project_id").asString())
          .isEqualTo(cloud.admin.project);
      String volume = after.get("volume_id").asString();
      assertThat(cloud.admin.volume("3.0", "GET", "/volumes/" + volume, null).status())
          .isEqualTo(404);
      JsonNode restoring =
          cloud.admin.must("POST", "/backups/" + backup + "/restore", "{\"restore\": {}}");
      restored = restoring.get("restore").get("volume_id").asString();
      cloud.admin.await("/volumes/" + restored, "volume", "available");
      assertFault(
          cloud.admin.volume("3.0", "POST", IMPORT, body(record)),
          400,
          "badRequest",
          "Invalid backup: Backup already exists in database.");
    }
    assertThat(read(data, VolumeId.of(restored))).isEqualTo(content);
  }

  private static JsonNode shown(Session admin, String backup) throws Exception {
    return admin.volume("3.43", "GET", "/backups/" + backup, null).body().get("backup");
  }

  @Test
  void whatIsNotInTheRepositoryDoesNotComeBack() throws Exception {
    Path data = folder.resolve("data");
    try (TestCloud cloud = TestCloud.open(data)) {
      Session admin = cloud.admin;
      JsonNode record = exported(admin, blankBackup(admin));
      String json = decoded(record);
      String point = json.replaceFirst(".*\"point\":\"([^\"]*)\".*", "$1");
      String backup = json.replaceFirst(".*\"id\":\"([^\"]*)\".*", "$1");
      String other = UUID.randomUUID().toString();
      Answer nowhere = imported(admin, json.replace(point, other).replace(backup, other));
      assertThat(nowhere.status()).isEqualTo(400);
      assertThat(nowhere.text()).contains("the repository has no snapshot " + other);
      String repository = json.replaceFirst(".*\"repository\":\"([^\"]*)\".*", "$1");
      Answer elsewhere = imported(admin, json.replace(repository, other).replace(backup, other));
      assertThat(elsewhere.status()).isEqualTo(400);
      assertThat(elsewhere.text()).contains("is in repository " + other);
      admin.must("DELETE", "/backups/" + backup, null);
      awaitGone(data.resolve("repository/snapshots/" + point));
      Answer removed = imported(admin, json);
      assertThat(removed.status()).isEqualTo(400);
      assertThat(removed.text()).contains("the repository has no snapshot " + point);
      assertThat(admin.volume("3.0", "GET", "/backups/" + backup, null).status()).isEqualTo(404);
    }
  }

  private static void awaitGone(Path file) throws Exception {
    Eventually.until(file + " is gone", PATIENCE, () -> Files.exists(file), there -> !there);
  }

  private static String volume(Session admin) throws Exception {
    return admin
        .must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
        .get("volume")
        .get("id")
        .asString();
  }

  private static String blankBackup(Session admin) throws Exception {
    String volume = volume(admin);
    String backup = backupOf(admin, volume);
    admin.must("DELETE", "/volumes/" + volume, null);
    return backup;
  }

  private static String backupOf(Session admin, String volume) throws Exception {
    String backup =
        admin
            .must("POST", "/backups", "{\"backup\": {\"volume_id\": \"%s\"}}".formatted(volume))
            .get("backup")
            .get("id")
            .asString();
    admin.await("/backups/" + backup, "backup", "available");
    return backup;
  }

  private static Answer imported(Session admin, String json) throws Exception {
    return admin.volume("3.0", "POST", IMPORT, body(encoded(json)));
  }

  @Test
  void aDeletedBackupComesBackWhileAnotherNeedsItsContent() throws Exception {
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      Session admin = cloud.admin;
      String volume = volume(admin);
      String first = backupOf(admin, volume);
      String second = backupOf(admin, volume);
      JsonNode record = exported(admin, first);
      assertThat(decoded(record))
          .contains(
              decoded(exported(admin, second)).replaceFirst(".*(\"point\":\"[^\"]*\").*", "$1"));
      admin.must("DELETE", "/backups/" + first, null);
      assertThat(admin.volume("3.0", "POST", IMPORT, body(record)).status()).isEqualTo(201);
      admin.must("DELETE", "/backups/" + second, null);
      assertThat(shown(admin, first).get("status").asString()).isEqualTo("available");
      assertThat(shown(admin, first).get("volume_id").asString()).isEqualTo(volume);
    }
  }

  @Test
  void onlyAdminsExportAndImport() throws Exception {
    try (TestCloud cloud = TestCloud.openWithQuotas(folder.resolve("data"))) {
      Session member = cloud.tenant("member", "member");
      String volume = volume(cloud.admin);
      String backup = backupOf(cloud.admin, volume);
      backupOf(cloud.admin, volume); // keeps the content
      JsonNode record = exported(cloud.admin, backup);
      String path = "/backups/" + backup + "/export_record";
      assertThat(member.volume("3.0", "GET", path, null).status()).isEqualTo(403);
      assertThat(member.volume("3.0", "POST", IMPORT, body(record)).status()).isEqualTo(403);
      String nobody = UUID.randomUUID().toString();
      assertThat(
              cloud
                  .admin
                  .volume("3.0", "GET", "/backups/" + nobody + "/export_record", null)
                  .status())
          .isEqualTo(404);
      cloud.admin.must("DELETE", "/backups/" + backup, null);
      cloud.admin.must(
          "PUT", "/os-quota-sets/" + cloud.admin.project, "{\"quota_set\": {\"backups\": 1}}");
      assertFault(
          cloud.admin.volume("3.0", "POST", IMPORT, body(record)),
          413,
          "overLimit",
          "BackupLimitExceeded: Maximum number of backups allowed (1) exceeded");
    }
  }

  @Test
  void recordsOfNoSenseAreRefused() throws Exception {
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      Session admin = cloud.admin;
      String json = decoded(exported(admin, blankBackup(admin)));
      String deep = "[".repeat(20_000);
      for (String body :
          List.of(
              "{}",
              "{\"backup-record\": 1}",
              "{\"backup-record\": {}}",
              "{\"backup-record\": {\"backup_service\": \"atoll.repository\"}}",
              "{\"backup-record\": {\"backup_service\": \"x\", \"backup_url\": \"%s\"}}"
                  .formatted(encoded(json)),
              body("not base64!"),
              body("é"),
              body(encoded("")),
              body(encoded("no json")),
              body(encoded("[]")),
              body(encoded("null")),
              body(encoded("{}")),
              body(encoded(deep)),
              body(encoded(json + json)),
              body(encoded(json.replace("\"format\":1", "\"format\":2"))),
              body(encoded(json.replaceFirst("\"id\":\"[^\"]*\"", "\"id\":null"))),
              body(encoded(json.replaceFirst("\"id\":\"[^\"]*\"", "\"id\":{\"a\":[]}"))),
              body(encoded(json.replaceFirst("\"point\":\"[^\"]*\"", "\"point\":\"../../x\""))),
              body(encoded(json.replaceFirst("\"display_name\":[^,]*", "\"display_name\":7"))),
              body(encoded(json.replaceFirst("\"metadata\":[^}]*}", "\"metadata\":[1]"))))) {
        Answer answer = admin.volume("3.0", "POST", IMPORT, body);
        assertThat(answer.status()).as("%.200s: %s", body, answer.text()).isEqualTo(400);
      }
      mutatedRecordsNeverBreakAnything(admin, json);
    }
  }

  private static void mutatedRecordsNeverBreakAnything(Session admin, String json)
      throws Exception {
    long seed = Long.getLong("atoll.seed", 1);
    var random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      var text = new StringBuilder(json);
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(32, 300));
      }
      Answer answer = imported(admin, text.toString());
      assertThat(answer.status()).as("seed %d: %s: %s", seed, text, answer.text()).isIn(201, 400);
      assertThat(answer.text()).doesNotContain("Exception").doesNotContain("\tat ");
    }
  }
}
