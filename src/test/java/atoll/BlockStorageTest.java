package atoll;

import static atoll.Answers.keys;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Block Storage v3 as a member of a project meets it, on a whole service. */
@OnBothDatabases
class BlockStorageTest {
  /** What Cinder 21 shows of a volume, by the recorded answers. */
  private static final List<String> VOLUME_KEYS =
      List.of(
          "id",
          "status",
          "size",
          "availability_zone",
          "created_at",
          "updated_at",
          "name",
          "description",
          "volume_type",
          "snapshot_id",
          "source_volid",
          "metadata",
          "links",
          "user_id",
          "bootable",
          "encrypted",
          "replication_status",
          "consistencygroup_id",
          "multiattach",
          "attachments");

  private static final List<String> SNAPSHOT_KEYS =
      List.of(
          "id",
          "created_at",
          "updated_at",
          "name",
          "description",
          "volume_id",
          "status",
          "size",
          "metadata");

  private static final List<String> BACKUP_KEYS =
      List.of(
          "id",
          "status",
          "size",
          "object_count",
          "availability_zone",
          "container",
          "created_at",
          "updated_at",
          "name",
          "description",
          "fail_reason",
          "volume_id",
          "links",
          "is_incremental",
          "has_dependent_backups",
          "snapshot_id",
          "data_timestamp");

  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session member;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static String volume(String fields) throws Exception {
    return member
        .must("POST", "/volumes", "{\"volume\": {\"size\": 1, %s}}".formatted(fields))
        .get("volume")
        .get("id")
        .asString();
  }

  private static String named(String name) throws Exception {
    return volume("\"name\": \"%s\"".formatted(name));
  }

  private static String snapshot(String volume, String name) throws Exception {
    return member
        .must(
            "POST",
            "/snapshots",
            "{\"snapshot\": {\"volume_id\": \"%s\", \"name\": \"%s\"}}".formatted(volume, name))
        .get("snapshot")
        .get("id")
        .asString();
  }

  private static List<String> plus(List<String> keys, String... more) {
    return Stream.concat(keys.stream(), Stream.of(more)).toList();
  }

  private static List<String> names(JsonNode things) {
    return things.valueStream().map(thing -> thing.get("name").asString()).toList();
  }

  @Test
  void aVolumeShowsTheKeysOfTheAskedVersion() throws Exception {
    String id = named("keys");
    String tenant = "os-vol-tenant-attr:tenant_id";
    assertThat(keys(member.must("GET", "/volumes/" + id, null).get("volume")))
        .containsExactlyInAnyOrderElementsOf(plus(VOLUME_KEYS, tenant));
    assertThat(keys(shown("3.13", id))).contains("group_id").hasSize(VOLUME_KEYS.size() + 2);
    assertThat(keys(shown("3.70", id)))
        .containsExactlyInAnyOrderElementsOf(
            plus(
                VOLUME_KEYS,
                tenant,
                "group_id",
                "service_uuid",
                "shared_targets",
                "volume_type_id",
                "consumes_quota"));
    Answer admin =
        cloud.send(
            cloud.admin.token,
            "3.0",
            "GET",
            "/volume/v3/" + member.project + "/volumes/" + id,
            null);
    assertThat(keys(admin.body().get("volume")))
        .containsExactlyInAnyOrderElementsOf(
            plus(
                VOLUME_KEYS,
                tenant,
                "migration_status",
                "os-vol-host-attr:host",
                "os-vol-mig-status-attr:migstat",
                "os-vol-mig-status-attr:name_id"));
  }

  private static JsonNode shown(String version, String id) throws Exception {
    return member.volume(version, "GET", "/volumes/" + id, null).body().get("volume");
  }

  @Test
  void aNewVolumeIsUsableAndSaysWhatItIs() throws Exception {
    Answer made =
        member.volume(
            "3.0",
            "POST",
            "/volumes",
            """
            {"volume": {"size": "2", "name": " a ", "description": "d", "metadata": {"k": "v"},
              "availability_zone": "nova", "volume_type": "__DEFAULT__", "snapshot_id": null,
              "imageRef": null, "source_volid": null, "consistencygroup_id": null, "backup_id": null}}
            """);
    assertThat(made.status()).isEqualTo(202);
    JsonNode volume = made.body().get("volume");
    assertThat(keys(volume)).containsExactlyInAnyOrderElementsOf(VOLUME_KEYS);
    assertThat(volume.get("name").asString()).isEqualTo("a");
    assertThat(volume.get("size").asInt()).isEqualTo(2);
    assertThat(volume.get("metadata").get("k").asString()).isEqualTo("v");
    assertThat(volume.get("status").asString()).isEqualTo("available");
    assertThat(volume.get("user_id").asString()).isEqualTo(member.user);
    assertThat(volume.get("created_at").asString())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}");
  }

  @Test
  void aVolumeIsChangedExtendedAndDeleted() throws Exception {
    String id = named("before");
    JsonNode changed =
        member.must(
            "PUT", "/volumes/" + id, "{\"volume\": {\"name\": \"after\", \"description\": \"d\"}}");
    assertThat(changed.get("volume").get("name").asString()).isEqualTo("after");
    member.must("POST", "/volumes/" + id + "/action", "{\"os-extend\": {\"new_size\": 3}}");
    assertThat(shown("3.0", id).get("size").asInt()).isEqualTo(3);
    Answer smaller =
        member.volume(
            "3.0", "POST", "/volumes/" + id + "/action", "{\"os-extend\": {\"new_size\": 2}}");
    assertThat(smaller.status()).isEqualTo(400);
    assertThat(smaller.text()).contains("must be greater than current size");
    assertThat(member.volume("3.0", "DELETE", "/volumes/" + id, null).status()).isEqualTo(202);
    Answer gone = member.volume("3.0", "GET", "/volumes/" + id, null);
    assertThat(gone.status()).isEqualTo(404);
    assertThat(gone.body().get("itemNotFound").get("message").asString())
        .isEqualTo("Volume " + id + " could not be found.");
  }

  @Test
  void flagsAndImageMetadataAreKept() throws Exception {
    String id = named("flags");
    String action = "/volumes/" + id + "/action";
    member.must("POST", action, "{\"os-set_bootable\": {\"bootable\": true}}");
    member.must("POST", action, "{\"os-update_readonly_flag\": {\"readonly\": true}}");
    member.must(
        "POST",
        action,
        "{\"os-set_image_metadata\": {\"metadata\": {\"image_name\": \"i\", \"x\": \"y\"}}}");
    member.must("POST", action, "{\"os-unset_image_metadata\": {\"key\": \"x\"}}");
    JsonNode volume = shown("3.0", id);
    assertThat(volume.get("bootable").asString()).isEqualTo("true");
    assertThat(volume.get("metadata").get("readonly").asString()).isEqualTo("True");
    assertThat(volume.get("volume_image_metadata").toString()).isEqualTo("{\"image_name\":\"i\"}");
  }

  @Test
  void listsAreFilteredSortedAndInPages() throws Exception {
    Session other = cloud.tenant("pages", "member");
    for (int i = 0; i < 5; i++) {
      other.must(
          "POST",
          "/volumes",
          "{\"volume\": {\"size\": %d, \"name\": \"p%d\", \"metadata\": {\"n\": \"%d\"}}}"
              .formatted(5 - i, i, i % 2));
    }
    assertThat(names(other.must("GET", "/volumes", null).get("volumes")))
        .containsExactly("p4", "p3", "p2", "p1", "p0");
    assertThat(names(other.must("GET", "/volumes/detail?sort=size:asc,name", null).get("volumes")))
        .containsExactly("p4", "p3", "p2", "p1", "p0");
    assertThat(names(other.must("GET", "/volumes?name=p3", null).get("volumes")))
        .containsExactly("p3");
    assertThat(
            names(
                other
                    .must(
                        "GET",
                        "/volumes?metadata=%7B%27n%27%3A%20%271%27%7D&sort_key=name&sort_dir=asc",
                        null)
                    .get("volumes")))
        .containsExactly("p1", "p3");
    assertThat(names(other.must("GET", "/volumes?status=error", null).get("volumes"))).isEmpty();
    JsonNode counted = other.volume("3.45", "GET", "/volumes?limit=1&with_count=true", null).body();
    assertThat(counted.get("count").asInt()).isEqualTo(5);
    var all = new ArrayList<String>();
    String url = "/volumes/detail?limit=2&sort=name:asc";
    while (!url.isEmpty()) {
      JsonNode page = other.must("GET", url, null);
      all.addAll(names(page.get("volumes")));
      JsonNode links = page.get("volumes_links");
      url =
          links == null
              ? ""
              : links.get(0).get("href").asString().replaceFirst(".*(?=/volumes)", "");
    }
    assertThat(all)
        .containsExactlyElementsOf(IntStream.range(0, 5).mapToObj(i -> "p" + i).toList());
    assertThat(
            other
                .volume("3.60", "GET", "/volumes?created_at=gt:2100-01-01T00:00:00", null)
                .body()
                .get("volumes")
                .size())
        .isZero();
  }

  @Test
  void parametersThatMakeNoSenseAreRefused() throws Exception {
    Answer limit = member.volume("3.0", "GET", "/snapshots?limit=invalid", null);
    assertThat(limit.status()).isEqualTo(400);
    assertThat(limit.body().toString())
        .isEqualTo(
            "{\"badRequest\":{\"code\":400,\"message\":\"limit param must be an integer\"}}");
    String unknown = "76d74152-47c4-4e9b-baa0-ef9db310713c";
    Answer marker = member.volume("3.0", "GET", "/snapshots?marker=" + unknown, null);
    assertThat(marker.status()).isEqualTo(404);
    assertThat(marker.text()).contains("Snapshot " + unknown + " could not be found.");
    assertThat(member.volume("3.0", "GET", "/volumes?sort=colour", null).status()).isEqualTo(400);
    assertThat(member.volume("3.0", "GET", "/volumes?metadata=x", null).status()).isEqualTo(400);
    assertThat(member.volume("3.0", "GET", "/volumes/", null).body().get("title").asString())
        .isEqualTo("Not Found");
  }

  @Test
  void snapshotsAreTakenShownAndOutliveTheirVolume() throws Exception {
    String volume = named("origin");
    String id = snapshot(volume, "s");
    JsonNode shown = member.must("GET", "/snapshots/" + id, null).get("snapshot");
    assertThat(keys(shown))
        .containsExactlyInAnyOrderElementsOf(
            plus(
                SNAPSHOT_KEYS,
                "os-extended-snapshot-attributes:project_id",
                "os-extended-snapshot-attributes:progress"));
    assertThat(shown.get("status").asString()).isEqualTo("available");
    assertThat(keys(member.must("GET", "/snapshots", null).get("snapshots").get(0)))
        .containsExactlyInAnyOrderElementsOf(SNAPSHOT_KEYS);
    member.must("PUT", "/snapshots/" + id, "{\"snapshot\": {\"name\": \"t\"}}");
    member.must("DELETE", "/volumes/" + volume, null);
    assertThat(
            names(
                member.must("GET", "/snapshots/detail?volume_id=" + volume, null).get("snapshots")))
        .containsExactly("t");
    String clone = volume("\"snapshot_id\": \"%s\"".formatted(id));
    assertThat(
            member.await("/volumes/" + clone, "volume", "available").get("snapshot_id").asString())
        .isEqualTo(id);
    member.must("DELETE", "/snapshots/" + id, null);
    assertThat(member.volume("3.0", "GET", "/snapshots/" + id, null).status()).isEqualTo(404);
  }

  @Test
  void volumesAreClonedBackedUpAndRestored() throws Exception {
    String volume = named("source");
    String clone = volume("\"source_volid\": \"%s\"".formatted(volume));
    assertThat(
            member.await("/volumes/" + clone, "volume", "available").get("source_volid").asString())
        .isEqualTo(volume);
    Answer none = backup(volume, true);
    assertThat(none.status()).isEqualTo(400);
    assertThat(none.text()).contains("No backups available to do an incremental backup.");
    String first = backup(volume, false).body().get("backup").get("id").asString();
    JsonNode shown = member.await("/backups/" + first, "backup", "available");
    assertThat(keys(shown)).containsExactlyInAnyOrderElementsOf(BACKUP_KEYS);
    String second = backup(volume, true).body().get("backup").get("id").asString();
    assertThat(
            member
                .await("/backups/" + second, "backup", "available")
                .get("is_incremental")
                .asBoolean())
        .isTrue();
    member.must("DELETE", "/backups/" + first, null); // a later one does not need it
    JsonNode restored =
        member.must("POST", "/backups/" + second + "/restore", "{\"restore\": {}}").get("restore");
    member.await("/volumes/" + restored.get("volume_id").asString(), "volume", "available");
    assertThat(restored.get("volume_name").asString()).isEqualTo("restore_backup_" + second);
    JsonNode onto =
        member
            .must(
                "POST",
                "/backups/" + second + "/restore",
                "{\"restore\": {\"volume_id\": \"%s\"}}".formatted(clone))
            .get("restore");
    assertThat(onto.get("volume_id").asString()).isEqualTo(clone);
    assertThat(onto.get("volume_name").isNull()).isFalse();
    member.await("/volumes/" + clone, "volume", "available");
  }

  @Test
  void aVolumeIsRevertedToAnyOfItsSnapshots() throws Exception {
    String volume = named("reverted");
    String first = snapshot(volume, "first");
    String second = snapshot(volume, "second");
    for (String snapshot : List.of(first, second)) {
      Answer done =
          member.volume("3.40", "POST", "/volumes/" + volume + "/action", revert(snapshot));
      assertThat(done.status()).as(done.text()).isEqualTo(202);
      member.await("/volumes/" + volume, "volume", "available");
    }
    String action = "/volumes/" + named("other") + "/action";
    assertThat(member.volume("3.40", "POST", action, revert(first)).text())
        .contains("is not of volume");
    assertThat(member.volume("3.39", "POST", action, revert(first)).status()).isEqualTo(400);
    assertThat(member.volume("3.40", "POST", action, revert(UUID.randomUUID().toString())).status())
        .isEqualTo(404);
  }

  private static String revert(String snapshot) {
    return "{\"revert\": {\"snapshot_id\": \"%s\"}}".formatted(snapshot);
  }

  @Test
  void anAdminSaysOfSnapshotsAndBackupsWhatTheyAre() throws Exception {
    String volume = named("reset");
    String snapshot = "/snapshots/" + snapshot(volume, "reset");
    String backup = "/backups/" + backup(volume, false).body().get("backup").get("id").asString();
    member.await(backup, "backup", "available");
    for (String path : List.of(snapshot, backup)) {
      assertThat(reset(member, path, "available").status()).isEqualTo(403);
      assertThat(reset(cloud.admin, path, "available").status()).isEqualTo(202);
      Answer untrue = reset(cloud.admin, path, "error");
      assertThat(untrue.status()).isEqualTo(400);
      assertThat(untrue.text()).contains("is available, and is error only when that is true");
      assertThat(
              cloud
                  .admin
                  .volume("3.0", "POST", path + "/action", "{\"os-reset_status\": {}}")
                  .status())
          .isEqualTo(400);
    }
    String progress =
        "{\"os-update_snapshot_status\": {\"status\": \"available\", \"progress\": \"80%\"}}";
    cloud.admin.must("POST", snapshot + "/action", progress);
  }

  private static Answer reset(Session who, String path, String status) throws Exception {
    return who.volume(
        "3.0",
        "POST",
        path + "/action",
        "{\"os-reset_status\": {\"status\": \"%s\"}}".formatted(status));
  }

  private static Answer backup(String volume, boolean incremental) throws Exception {
    return member.volume(
        "3.0",
        "POST",
        "/backups",
        "{\"backup\": {\"volume_id\": \"%s\", \"name\": \"b\", \"incremental\": %s}}"
            .formatted(volume, incremental));
  }

  @Test
  void metadataIsNotedReplacedAndTakenBack() throws Exception {
    String volume = named("noted");
    for (String thing : List.of("/volumes/" + volume, "/snapshots/" + snapshot(volume, "noted"))) {
      String all = thing + "/metadata";
      member.must("POST", all, "{\"metadata\": {\"a\": \"1\", \"b\": \"<2&>\"}}");
      assertThat(member.must("PUT", all, "{\"metadata\": {\"b\": \"3\", \"c\": \"4\"}}").toString())
          .isEqualTo("{\"metadata\":{\"b\":\"3\",\"c\":\"4\"}}");
      assertThat(member.must("PUT", all + "/b", "{\"meta\": {\"b\": \"5\"}}").toString())
          .isEqualTo("{\"meta\":{\"b\":\"5\"}}");
      assertThat(member.must("GET", all + "/b", null).toString())
          .isEqualTo("{\"meta\":{\"b\":\"5\"}}");
      assertThat(member.volume("3.0", "PUT", all + "/b", "{\"meta\": {\"c\": \"5\"}}").status())
          .isEqualTo(400);
      member.must("DELETE", all + "/c", null);
      assertThat(member.volume("3.0", "DELETE", all + "/c", null).status()).isEqualTo(404);
      assertThat(member.must("GET", all, null).toString())
          .isEqualTo("{\"metadata\":{\"b\":\"5\"}}");
    }
  }

  @Test
  void versionsAreNegotiated() throws Exception {
    Answer all = cloud.send(null, null, "GET", "/volume", null);
    assertThat(all.status()).isEqualTo(300);
    assertThat(all.body().get("versions").get(0).get("version").asString()).isEqualTo("3.70");
    Answer latest = member.volume("latest", "GET", "/volumes?limit=1", null);
    assertThat(latest.whole().headers().firstValue("OpenStack-API-Version"))
        .hasValue("volume 3.70");
    assertThat(member.volume("3.71", "GET", "/volumes", null).status()).isEqualTo(406);
    assertThat(member.volume("x", "GET", "/volumes", null).status()).isEqualTo(400);
    assertThat(cloud.send(member.token, "3.67", "GET", "/volume/v3/volumes", null).status())
        .isEqualTo(200);
    assertThat(cloud.send(member.token, "3.66", "GET", "/volume/v3/volumes", null).status())
        .isEqualTo(404);
    assertThat(member.volume("3.11", "GET", "/volumes/summary", null).status()).isEqualTo(404);
  }

  @Test
  void strictDeletionRefusesAVolumeWithSnapshots() throws Exception {
    try (TestCloud strict = TestCloud.openStrict(folder.resolve("strict"))) {
      String id =
          strict
              .admin
              .must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
              .get("volume")
              .get("id")
              .asString();
      strict.admin.must(
          "POST", "/snapshots", "{\"snapshot\": {\"volume_id\": \"%s\"}}".formatted(id));
      assertThat(strict.admin.volume("3.0", "DELETE", "/volumes/" + id, null).status())
          .isEqualTo(400);
      strict.admin.must("DELETE", "/volumes/" + id + "?cascade=true", null);
      assertThat(strict.admin.must("GET", "/snapshots", null).get("snapshots").size()).isZero();
    }
  }
}
