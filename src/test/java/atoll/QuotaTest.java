package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How much a project may have, on a whole service with the quotas that it comes with. */
@OnBothDatabases
class QuotaTest {
  private static final int CLIENTS = 64;
  private static final List<String> NAMES =
      List.of(
          "volumes",
          "per_volume_gigabytes",
          "snapshots",
          "gigabytes",
          "backups",
          "backup_gigabytes",
          "volumes___DEFAULT__",
          "gigabytes___DEFAULT__",
          "snapshots___DEFAULT__",
          "groups");

  private static final AtomicInteger PROJECTS = new AtomicInteger();

  @TempDir static Path folder;
  private static TestCloud cloud;

  private Session member;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.openWithQuotas(folder.resolve("data"));
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  @BeforeEach
  void newProject() throws Exception {
    member = cloud.tenant("p" + PROJECTS.incrementAndGet(), "member");
  }

  private Answer put(String quotas) throws Exception {
    return cloud.admin.volume(
        "3.0",
        "PUT",
        "/os-quota-sets/" + member.project,
        "{\"quota_set\": {%s}}".formatted(quotas));
  }

  private void set(String quotas) throws Exception {
    Answer answer = put(quotas);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  private Answer post(String path, String body) throws Exception {
    return member.volume("3.0", "POST", path, body);
  }

  private Answer create(String fields) throws Exception {
    return post("/volumes", "{\"volume\": {%s}}".formatted(fields));
  }

  private String volume(int sizeGib) throws Exception {
    Answer made = create("\"size\": " + sizeGib);
    assertThat(made.status()).as(made.text()).isEqualTo(202);
    return made.body().get("volume").get("id").asString();
  }

  private Answer snapshot(String volume) throws Exception {
    return post("/snapshots", "{\"snapshot\": {\"volume_id\": \"%s\"}}".formatted(volume));
  }

  private Answer backup(String volume) throws Exception {
    return post("/backups", "{\"backup\": {\"volume_id\": \"%s\"}}".formatted(volume));
  }

  private JsonNode usage() throws Exception {
    return member
        .must("GET", "/os-quota-sets/" + member.project + "?usage=True", null)
        .get("quota_set");
  }

  private static void assertOver(Answer answer, String message) {
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.body().toString())
        .isEqualTo(
            "{\"overLimit\":{\"code\":413,\"message\":\"%s\",\"retryAfter\":\"0\"}}"
                .formatted(message));
    assertThat(answer.whole().headers().firstValue("Retry-After")).hasValue("0");
  }

  private static void assertOverGigabytes(Answer answer, int requested, int quota, int used) {
    assertOver(
        answer,
        "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes"
            + " quota. Requested %dG, quota is %dG and %dG has been consumed."
                .formatted(requested, quota, used));
  }

  @Test
  void aNewProjectHasTheQuotasOfCinder() throws Exception {
    JsonNode set = member.must("GET", "/os-quota-sets/" + member.project, null).get("quota_set");
    assertThat(set.propertyNames())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(NAMES.stream(), Stream.of("id")).toList());
    assertThat(set.get("id").asString()).isEqualTo(member.project);
    assertThat(set.get("volumes").asInt()).isEqualTo(10);
    assertThat(set.get("snapshots").asInt()).isEqualTo(10);
    assertThat(set.get("backups").asInt()).isEqualTo(10);
    assertThat(set.get("gigabytes").asInt()).isEqualTo(1000);
    assertThat(set.get("backup_gigabytes").asInt()).isEqualTo(1000);
    assertThat(set.get("per_volume_gigabytes").asInt()).isEqualTo(-1);
    assertThat(set.get("groups").asInt()).isEqualTo(10);
    assertThat(set.get("volumes___DEFAULT__").asInt()).isEqualTo(-1);
  }

  @Test
  void quotasOfAProjectAreSetShownAndTakenBack() throws Exception {
    JsonNode changed = put("\"volumes\": 15, \"tenant_id\": \"x\", \"gigabytes\": \"7\"").body();
    assertThat(changed.get("quota_set").propertyNames()).containsExactlyInAnyOrderElementsOf(NAMES);
    assertThat(changed.get("quota_set").get("volumes").asInt()).isEqualTo(15);
    String path = "/os-quota-sets/" + member.project;
    JsonNode shown = member.must("GET", path, null).get("quota_set");
    assertThat(shown.get("volumes").asInt()).isEqualTo(15);
    assertThat(shown.get("gigabytes").asInt()).isEqualTo(7);
    JsonNode defaults = member.must("GET", path + "/defaults", null).get("quota_set");
    assertThat(defaults.get("volumes").asInt()).isEqualTo(10);
    assertThat(defaults.get("id").asString()).isEqualTo(member.project);
    Answer gone = cloud.admin.volume("3.0", "DELETE", path, null);
    assertThat(gone.status()).isEqualTo(200);
    assertThat(gone.text()).isEmpty();
    assertThat(member.must("GET", path, null).get("quota_set").get("volumes").asInt())
        .isEqualTo(10);
  }

  @Test
  void onlyAnAdminChangesQuotasAndSeesThoseOfOthers() throws Exception {
    String own = "/os-quota-sets/" + member.project;
    String others = "/os-quota-sets/" + cloud.admin.project;
    String body = "{\"quota_set\": {\"volumes\": 99}}";
    assertThat(member.volume("3.0", "PUT", own, body).status()).isEqualTo(403);
    assertThat(member.volume("3.0", "DELETE", own, null).status()).isEqualTo(403);
    assertThat(member.volume("3.0", "GET", others, null).status()).isEqualTo(403);
    assertThat(member.volume("3.0", "GET", others + "/defaults", null).status()).isEqualTo(403);
    assertThat(member.volume("3.0", "GET", "/os-quota-class-sets/default", null).status())
        .isEqualTo(403);
    assertThat(cloud.admin.volume("3.0", "GET", own, null).status()).isEqualTo(200);
    assertThat(cloud.admin.volume("3.0", "GET", "/os-quota-sets/nobody", null).status())
        .isEqualTo(404);
  }

  @Test
  void quotasThatMakeNoSenseAreRefused() throws Exception {
    Answer unknown = put("\"volumes\": 3, \"instances\": 3");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.text()).contains("'instances' was unexpected");
    assertThat(put("\"volumes\": -2").status()).isEqualTo(400);
    assertThat(put("\"volumes\": null").status()).isEqualTo(400);
    assertThat(put("\"volumes\": \"many\"").status()).isEqualTo(400);
    assertThat(put("\"volumes\": 2147483648").status()).isEqualTo(400);
    assertThat(cloud.admin.volume("3.0", "PUT", "/os-quota-sets/" + member.project, "{}").status())
        .isEqualTo(400);
    assertThat(usage().get("volumes").get("limit").asInt()).isEqualTo(10);
    volume(1);
    Answer tooLow =
        cloud.admin.volume(
            "3.0",
            "PUT",
            "/os-quota-sets/" + member.project + "?skip_validation=False",
            "{\"quota_set\": {\"volumes\": 0}}");
    assertThat(tooLow.status()).isEqualTo(400);
    assertThat(tooLow.text()).contains("Quota limit 0 for volumes");
  }

  @Test
  void theDefaultClassHoldsForProjectsWithoutQuotasOfTheirOwn() throws Exception {
    String path = "/os-quota-class-sets/default";
    set("\"snapshots\": 3");
    JsonNode before = cloud.admin.must("GET", path, null).get("quota_class_set");
    assertThat(before.get("id").asString()).isEqualTo("default");
    JsonNode changed =
        cloud
            .admin
            .must(
                "PUT",
                path,
                "{\"quota_class_set\": {\"snapshots\": 11, \"backups\": 12, \"groups\": 13}}")
            .get("quota_class_set");
    try {
      assertThat(changed.propertyNames()).containsExactlyInAnyOrderElementsOf(NAMES);
      assertThat(changed.get("backups").asInt()).isEqualTo(12);
      assertThat(usage().get("snapshots").get("limit").asInt()).isEqualTo(3);
      assertThat(usage().get("backups").get("limit").asInt()).isEqualTo(12);
      JsonNode other = cloud.admin.must("GET", "/os-quota-class-sets/other", null);
      assertThat(other.get("quota_class_set").get("groups").asInt()).isEqualTo(13);
    } finally {
      cloud.admin.must(
          "PUT",
          path,
          "{\"quota_class_set\": {\"snapshots\": 10, \"backups\": 10, \"groups\": 10}}");
    }
  }

  @Test
  void usageIsThatOfTheThingsThereAre() throws Exception {
    String volume = volume(2);
    assertThat(snapshot(volume).status()).isEqualTo(202);
    assertThat(backup(volume).status()).isEqualTo(202);
    JsonNode usage = usage();
    assertThat(usage.get("id").asString()).isEqualTo(member.project);
    assertThat(usage.get("gigabytes").toString())
        .isEqualTo("{\"limit\":1000,\"in_use\":4,\"reserved\":0}");
    assertThat(usage.get("volumes").get("in_use").asInt()).isEqualTo(1);
    assertThat(usage.get("snapshots").get("in_use").asInt()).isEqualTo(1);
    assertThat(usage.get("backups").get("in_use").asInt()).isEqualTo(1);
    assertThat(usage.get("backup_gigabytes").get("in_use").asInt()).isEqualTo(2);
    assertThat(usage.get("volumes___DEFAULT__").get("in_use").asInt()).isEqualTo(1);
    assertThat(usage.get("gigabytes___DEFAULT__").get("in_use").asInt()).isEqualTo(4);
    JsonNode absolute = member.must("GET", "/limits", null).get("limits").get("absolute");
    assertThat(absolute.toString())
        .isEqualTo(
            """
            {"maxTotalVolumes":10,"totalVolumesUsed":1,"maxTotalVolumeGigabytes":1000,\
            "totalGigabytesUsed":4,"maxTotalSnapshots":10,"totalSnapshotsUsed":1,\
            "maxTotalBackups":10,"totalBackupsUsed":1,"maxTotalBackupGigabytes":1000,\
            "totalBackupGigabytesUsed":2}\
            """);
    member.must("DELETE", "/volumes/" + volume, null);
    assertThat(usage().get("gigabytes").get("in_use").asInt()).isEqualTo(2);
    assertThat(usage().get("gigabytes___DEFAULT__").get("in_use").asInt()).isEqualTo(2);
  }

  @Test
  void anAdminSeesTheLimitsOfOthersFromItsVersionOn() throws Exception {
    volume(1);
    String path = "/limits?project_id=" + member.project;
    assertThat(volumesUsed(cloud.admin.volume("3.39", "GET", path, null))).isEqualTo(1);
    assertThat(volumesUsed(cloud.admin.volume("3.38", "GET", path, null))).isZero();
    String admins = "/limits?project_id=" + cloud.admin.project;
    assertThat(volumesUsed(member.volume("3.39", "GET", admins, null))).isEqualTo(1);
  }

  private static int volumesUsed(Answer limits) {
    return limits.body().get("limits").get("absolute").get("totalVolumesUsed").asInt();
  }

  @Test
  void volumesSnapshotsAndExtensionsCountAgainstGigabytes() throws Exception {
    set("\"gigabytes\": 2");
    assertOverGigabytes(create("\"size\": 3"), 3, 2, 0);
    String volume = volume(1);
    assertThat(snapshot(volume).status()).isEqualTo(202);
    assertOverGigabytes(snapshot(volume), 1, 2, 2);
    assertOverGigabytes(create("\"size\": 1"), 1, 2, 2);
    Answer extended = post("/volumes/" + volume + "/action", "{\"os-extend\": {\"new_size\": 2}}");
    assertOverGigabytes(extended, 1, 2, 2);
    assertOverGigabytes(create("\"source_volid\": \"%s\"".formatted(volume)), 1, 2, 2);
    assertThat(member.must("GET", "/volumes/" + volume, null).get("volume").get("size").asInt())
        .isEqualTo(1);
    set("\"gigabytes\": -1");
    assertThat(create("\"size\": 2000").status()).isEqualTo(202);
  }

  @Test
  void countsAreBounded() throws Exception {
    set("\"volumes\": 1, \"snapshots\": 1, \"backups\": 1");
    String volume = volume(1);
    assertOver(
        create("\"size\": 1"),
        "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes'.");
    assertThat(snapshot(volume).status()).isEqualTo(202);
    assertOver(
        snapshot(volume),
        "SnapshotLimitExceeded: Maximum number of snapshots allowed (1) exceeded");
    JsonNode backup = backup(volume).body().get("backup");
    assertOver(
        backup(volume), "BackupLimitExceeded: Maximum number of backups allowed (1) exceeded");
    Answer restored =
        post("/backups/" + backup.get("id").asString() + "/restore", "{\"restore\": {}}");
    assertOver(
        restored,
        "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes'.");
    member.must("DELETE", "/volumes/" + volume, null);
    volume(1);
    set("\"volumes\": 0");
    assertThat(create("\"size\": 1").status()).isEqualTo(413);
  }

  @Test
  void sizesOfBackupsAndOfOneVolumeAreBounded() throws Exception {
    set("\"backup_gigabytes\": 3, \"per_volume_gigabytes\": 2");
    Answer tooLarge = create("\"size\": 3");
    assertThat(tooLarge.status()).isEqualTo(400);
    assertThat(tooLarge.body().get("badRequest").get("message").asString())
        .isEqualTo(
            "VolumeSizeExceedsLimit: Requested volume size 3G is larger than maximum allowed limit"
                + " 2G.");
    String volume = volume(2);
    assertThat(
            post("/volumes/" + volume + "/action", "{\"os-extend\": {\"new_size\": 3}}").status())
        .isEqualTo(400);
    assertThat(backup(volume).status()).isEqualTo(202);
    assertOver(
        backup(volume),
        "VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes"
            + " quota. Requested 2G, quota is 3G and 2G has been consumed.");
  }

  @Test
  void aTypeOfVolumesHasQuotasOfItsOwn() throws Exception {
    set("\"volumes___DEFAULT__\": 1, \"gigabytes___DEFAULT__\": 2");
    String volume = volume(1);
    assertOver(
        create("\"size\": 1"),
        "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota"
            + " 'volumes___DEFAULT__'.");
    assertThat(snapshot(volume).status()).isEqualTo(202);
    assertOver(
        snapshot(volume),
        "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed"
            + " gigabytes___DEFAULT__ quota. Requested 1G, quota is 2G and 2G has been consumed.");
  }

  @Test
  void clientsAtOnceNeverGetMoreVolumesThanThereMayBe() throws Exception {
    List<Answer> answers = atOnce(() -> create("\"size\": 1"));
    assertThat(answers).filteredOn(answer -> answer.status() == 202).hasSize(10);
    assertThat(answers).filteredOn(answer -> answer.status() == 413).hasSize(CLIENTS - 10);
    assertThat(usage().get("volumes").get("in_use").asInt()).isEqualTo(10);
  }

  @Test
  void clientsAtOnceNeverGetMoreGigabytesOfSnapshotsThanThereMayBe() throws Exception {
    set("\"gigabytes\": 13, \"snapshots\": -1");
    var volumes = new ArrayList<String>();
    for (int i = 0; i < 8; i++) {
      volumes.add(volume(1));
    }
    var next = new AtomicInteger();
    List<Answer> answers =
        atOnce(() -> snapshot(volumes.get(next.getAndIncrement() % volumes.size())));
    assertThat(answers).filteredOn(answer -> answer.status() == 202).hasSize(5);
    assertThat(answers).filteredOn(answer -> answer.status() == 413).hasSize(CLIENTS - 5);
    assertThat(usage().get("gigabytes").get("in_use").asInt()).isEqualTo(13);
  }

  private static List<Answer> atOnce(Callable<Answer> call) throws Exception {
    var start = new CountDownLatch(1);
    var answers = new ArrayList<Answer>();
    try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
      var running = new ArrayList<Future<Answer>>();
      for (int i = 0; i < CLIENTS; i++) {
        running.add(
            threads.submit(() -> {
              start.await();
              return call.call();
            }));
      }
      start.countDown();
      for (Future<Answer> one : running) {
        answers.add(one.get());
      }
    }
    return answers;
  }
}
