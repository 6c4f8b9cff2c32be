package atoll;

import static atoll.Answers.assertFault;
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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Volumes that change hands, on a whole service. */
@OnBothDatabases
class TransferTest {
  private static final String OLD = "/os-volume-transfer";
  private static final String NEW = "/volume-transfers";

  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session donor;
  private static Session taker;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    donor = cloud.tenant("donor", "member");
    taker = cloud.tenant("taker", "member");
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static String volume() throws Exception {
    return made(donor, "/volumes", "volume", "{\"volume\": {\"size\": 1}}");
  }

  private static String snapshot(String volume) throws Exception {
    return made(
        donor,
        "/snapshots",
        "snapshot",
        "{\"snapshot\": {\"volume_id\": \"%s\"}}".formatted(volume));
  }

  private static String made(Session session, String path, String kind, String body)
      throws Exception {
    return session.must("POST", path, body).get(kind).get("id").asString();
  }

  private static JsonNode offered(String version, String path, String volume, String more)
      throws Exception {
    Answer answer =
        donor.volume(
            version,
            "POST",
            path,
            "{\"transfer\": {\"volume_id\": \"%s\"%s}}".formatted(volume, more));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.body().get("transfer");
  }

  private static JsonNode offered(String volume) throws Exception {
    return offered("3.0", OLD, volume, "");
  }

  private static Answer accept(Session session, JsonNode transfer, String key) throws Exception {
    return session.volume(
        "3.0",
        "POST",
        OLD + "/" + id(transfer) + "/accept",
        "{\"accept\": {\"auth_key\": \"%s\"}}".formatted(key));
  }

  private static Answer accept(Session session, JsonNode transfer) throws Exception {
    return accept(session, transfer, transfer.get("auth_key").asString());
  }

  private static String id(JsonNode thing) {
    return thing.get("id").asString();
  }

  private static String status(Session session, String volume) throws Exception {
    return session.must("GET", "/volumes/" + volume, null).get("volume").get("status").asString();
  }

  private static List<String> ids(JsonNode things) {
    return things.valueStream().map(TransferTest::id).toList();
  }

  private static void withdraw(JsonNode transfer) throws Exception {
    assertThat(donor.volume("3.0", "DELETE", OLD + "/" + id(transfer), null).status())
        .isEqualTo(202);
  }

  @Test
  void aTransferShowsTheKeysOfTheAskedVersionAndItsKeyOnce() throws Exception {
    JsonNode made = offered("3.0", OLD, volume(), ", \"name\": \" mine \"");
    assertThat(keys(made))
        .containsExactlyInAnyOrder("id", "created_at", "name", "volume_id", "auth_key", "links");
    assertThat(made.get("name").asString()).isEqualTo("mine");
    assertThat(made.get("auth_key").asString()).matches("[0-9a-f]{16}");
    assertThat(made.get("links").get(0).get("href").asString())
        .endsWith("/volume/v3/" + donor.project + OLD + "/" + id(made));
    JsonNode shown = shown("3.54", OLD, made);
    assertThat(keys(shown))
        .containsExactlyInAnyOrder("id", "created_at", "name", "volume_id", "links");
    assertThat(keys(shown("3.55", NEW, made)))
        .containsExactlyInAnyOrder(
            "id", "created_at", "name", "volume_id", "links", "no_snapshots");
    JsonNode latest = shown("3.70", NEW, made);
    assertThat(keys(latest))
        .containsExactlyInAnyOrder(
            "id",
            "created_at",
            "name",
            "volume_id",
            "links",
            "no_snapshots",
            "destination_project_id",
            "source_project_id",
            "accepted");
    assertThat(latest.get("links")).isEqualTo(shown.get("links"));
    assertThat(latest.get("source_project_id").asString()).isEqualTo(donor.project);
    assertThat(latest.get("destination_project_id").isNull()).isTrue();
    assertThat(latest.get("accepted").asBoolean()).isFalse();
    withdraw(made);
  }

  private static JsonNode shown(String version, String path, JsonNode transfer) throws Exception {
    Answer answer = donor.volume(version, "GET", path + "/" + id(transfer), null);
    assertThat(answer.status()).isEqualTo(200);
    return answer.body().get("transfer");
  }

  @Test
  void theNewerPathIsThereFromItsVersionOn() throws Exception {
    assertThat(donor.volume("3.54", "GET", NEW, null).status()).isEqualTo(404);
    assertThat(donor.volume("3.55", "GET", NEW, null).status()).isEqualTo(200);
    Answer tooEarly =
        donor.volume(
            "3.55",
            "POST",
            OLD,
            "{\"transfer\": {\"volume_id\": \"%s\", \"no_snapshots\": true}}".formatted(volume()));
    assertThat(tooEarly.status()).isEqualTo(400);
  }

  @Test
  void anAcceptedVolumeBelongsToWhoAcceptedItWithItsSnapshots() throws Exception {
    String volume = volume();
    String snapshot = snapshot(volume);
    String backup =
        made(
            donor, "/backups", "backup", "{\"backup\": {\"volume_id\": \"%s\"}}".formatted(volume));
    JsonNode transfer = offered(volume);
    assertThat(status(donor, volume)).isEqualTo("awaiting-transfer");
    Answer accepted = accept(taker, transfer);
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    JsonNode shown = accepted.body().get("transfer");
    assertThat(keys(shown)).containsExactlyInAnyOrder("id", "volume_id", "name", "links");
    assertThat(shown.get("volume_id").asString()).isEqualTo(volume);
    JsonNode now = taker.must("GET", "/volumes/" + volume, null).get("volume");
    assertThat(now.get("status").asString()).isEqualTo("available");
    assertThat(now.get("os-vol-tenant-attr:tenant_id").asString()).isEqualTo(taker.project);
    assertThat(now.get("user_id").asString()).isEqualTo(taker.user);
    assertThat(taker.volume("3.0", "GET", "/snapshots/" + snapshot, null).status()).isEqualTo(200);
    assertThat(donor.volume("3.0", "GET", "/volumes/" + volume, null).status()).isEqualTo(404);
    assertThat(donor.volume("3.0", "GET", "/snapshots/" + snapshot, null).status()).isEqualTo(404);
    assertThat(donor.volume("3.0", "GET", "/backups/" + backup, null).status()).isEqualTo(200);
    assertThat(taker.volume("3.0", "GET", "/backups/" + backup, null).status()).isEqualTo(404);
    assertFault(
        donor.volume("3.0", "GET", OLD + "/" + id(transfer), null),
        404,
        "itemNotFound",
        "Transfer " + id(transfer) + " could not be found.");
    assertThat(accept(taker, transfer).status()).isEqualTo(404);
    // What its new owner does with it goes on from what was there.
    String next =
        made(
            taker,
            "/snapshots",
            "snapshot",
            "{\"snapshot\": {\"volume_id\": \"%s\"}}".formatted(volume));
    JsonNode unused = taker.await("/snapshots/" + next, "snapshot", "available");
    assertThat(unused.get("volume_id").asString()).isEqualTo(volume);
  }

  @Test
  void snapshotsStayIfTheOfferSaysSo() throws Exception {
    String volume = volume();
    String snapshot = snapshot(volume);
    JsonNode transfer = offered("3.57", NEW, volume, ", \"no_snapshots\": true");
    assertThat(transfer.get("no_snapshots").asBoolean()).isTrue();
    assertThat(accept(taker, transfer).status()).isEqualTo(202);
    assertThat(status(taker, volume)).isEqualTo("available");
    assertThat(donor.volume("3.0", "GET", "/snapshots/" + snapshot, null).status()).isEqualTo(200);
    assertThat(taker.volume("3.0", "GET", "/snapshots/" + snapshot, null).status()).isEqualTo(404);
  }

  @Test
  void anotherKeyOpensNothing() throws Exception {
    String volume = volume();
    JsonNode transfer = offered(volume);
    assertFault(
        accept(taker, transfer, "0123456789abcdef"),
        400,
        "badRequest",
        "Invalid auth key: Attempt to transfer %s with invalid auth key.".formatted(id(transfer)));
    Answer number =
        taker.volume(
            "3.0",
            "POST",
            OLD + "/" + id(transfer) + "/accept",
            "{\"accept\": {\"auth_key\": 1234567890123456}}");
    assertThat(number.status()).isEqualTo(400);
    assertThat(number.text()).contains("with invalid auth key");
    assertThat(status(donor, volume)).isEqualTo("awaiting-transfer");
    withdraw(transfer);
    assertThat(status(donor, volume)).isEqualTo("available");
    assertThat(accept(taker, transfer).status()).isEqualTo(404);
  }

  @Test
  void aTransferIsSeenByWhoOffersAndByAdminsOnly() throws Exception {
    JsonNode transfer = offered(volume());
    String path = OLD + "/" + id(transfer);
    assertThat(taker.volume("3.0", "GET", path, null).status()).isEqualTo(404);
    assertThat(taker.volume("3.0", "DELETE", path, null).status()).isEqualTo(404);
    assertThat(ids(taker.must("GET", OLD + "?all_tenants=1", null).get("transfers")))
        .doesNotContain(id(transfer));
    assertThat(cloud.admin.volume("3.0", "GET", path, null).status()).isEqualTo(200);
    assertThat(ids(cloud.admin.must("GET", OLD, null).get("transfers")))
        .doesNotContain(id(transfer));
    assertThat(ids(cloud.admin.must("GET", OLD + "?all_tenants=1", null).get("transfers")))
        .contains(id(transfer));
    assertThat(cloud.admin.volume("3.0", "DELETE", path, null).status()).isEqualTo(202);
  }

  @Test
  void onlyAnAvailableVolumeOfOnesOwnCanBeOffered() throws Exception {
    String volume = volume();
    JsonNode transfer = offered(volume);
    String body = "{\"transfer\": {\"volume_id\": \"%s\"}}".formatted(volume);
    assertFault(
        donor.volume("3.0", "POST", OLD, body),
        400,
        "badRequest",
        "Invalid volume: status must be available");
    assertThat(taker.volume("3.0", "POST", OLD, body).status()).isEqualTo(404);
    for (String nonsense :
        List.of(
            "{}",
            "{\"transfer\": null}",
            "{\"transfer\": {}}",
            "{\"transfer\": {\"volume_id\": null}}",
            "{\"transfer\": {\"volume_id\": \"x\"}}",
            "{\"transfer\": {\"volume_id\": 7}}",
            "{\"transfer\": {\"volume_id\": \"%s\", \"name\": 1}}".formatted(volume),
            "{\"transfer\": {\"volume_id\": \"%s\", \"more\": 1}}".formatted(volume))) {
      assertThat(donor.volume("3.0", "POST", OLD, nonsense).status()).as(nonsense).isEqualTo(400);
    }
    for (String nonsense : List.of("{}", "{\"accept\": {}}", "{\"accept\": {\"auth_key\": [1]}}")) {
      Answer answer = taker.volume("3.0", "POST", OLD + "/" + id(transfer) + "/accept", nonsense);
      assertThat(answer.status()).as(nonsense).isEqualTo(400);
    }
    assertThat(donor.volume("3.0", "GET", OLD + "/nonsense", null).status()).isEqualTo(404);
    withdraw(transfer);
  }

  @Test
  void nothingElseIsDoneWithAVolumeThatIsOffered() throws Exception {
    String volume = volume();
    String snapshot = snapshot(volume);
    JsonNode transfer = offered(volume);
    String of = "\"volume_id\": \"%s\"".formatted(volume);
    String action = "/volumes/" + volume + "/action";
    refused("/snapshots", "{\"snapshot\": {%s, \"force\": true}}".formatted(of));
    refused("/backups", "{\"backup\": {%s}}".formatted(of));
    refused("/backups", "{\"backup\": {%s, \"snapshot_id\": \"%s\"}}".formatted(of, snapshot));
    refused("/volumes", "{\"volume\": {\"source_volid\": \"%s\"}}".formatted(volume));
    refused(action, "{\"os-extend\": {\"new_size\": 2}}");
    refused(action, "{\"os-update_readonly_flag\": {\"readonly\": true}}");
    assertThat(donor.volume("3.0", "DELETE", "/volumes/" + volume, null).text())
        .contains("delete its transfer first");
    assertThat(status(donor, volume)).isEqualTo("awaiting-transfer");
    assertThat(ids(donor.must("GET", "/volumes?status=awaiting-transfer", null).get("volumes")))
        .contains(volume);
    donor.must("PUT", "/volumes/" + volume, "{\"volume\": {\"name\": \"still named\"}}");
    withdraw(transfer);
    donor.must("DELETE", "/volumes/" + volume, null);
  }

  private static void refused(String path, String body) throws Exception {
    Answer answer = donor.volume("3.0", "POST", path, body);
    assertThat(answer.status()).as("%s: %s", body, answer.text()).isEqualTo(400);
    assertThat(answer.text()).contains("Invalid volume: ");
  }

  @Test
  void listsComeInPagesAndCanBeSorted() throws Exception {
    Session lister = cloud.tenant("lister", "member");
    var all = new ArrayList<String>();
    for (String name : List.of("b", "c", "a")) {
      String volume = made(lister, "/volumes", "volume", "{\"volume\": {\"size\": 1}}");
      all.add(
          made(
              lister,
              OLD,
              "transfer",
              "{\"transfer\": {\"volume_id\": \"%s\", \"name\": \"%s\"}}".formatted(volume, name)));
    }
    assertThat(listed(lister, "3.0", OLD)).isEqualTo(all);
    assertThat(listed(lister, "3.59", NEW + "?sort=name:asc"))
        .containsExactly(all.get(2), all.get(0), all.get(1));
    assertThat(listed(lister, "3.59", NEW + "/detail")).isEqualTo(all.reversed());
    assertThat(listed(lister, "3.59", NEW + "?name=b")).containsExactly(all.getFirst());
    JsonNode first =
        lister.volume("3.59", "GET", NEW + "/detail?limit=2&sort=created_at:asc", null).body();
    assertThat(ids(first.get("transfers"))).isEqualTo(all.subList(0, 2));
    String next = first.get("transfers_links").get(0).get("href").asString();
    String query = next.substring(next.indexOf('?'));
    assertThat(next).contains("/volume-transfers/detail?");
    assertThat(listed(lister, "3.59", NEW + "/detail" + query)).containsExactly(all.getLast());
    String nobody = UUID.randomUUID().toString();
    assertThat(lister.volume("3.59", "GET", NEW + "?marker=" + nobody, null).status())
        .isEqualTo(404);
    assertThat(lister.volume("3.59", "GET", NEW + "?sort=nothing", null).status()).isEqualTo(400);
  }

  private static List<String> listed(Session session, String version, String path)
      throws Exception {
    Answer answer = session.volume(version, "GET", path, null);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return ids(answer.body().get("transfers"));
  }

  @Test
  void whoMayNotHaveSoMuchDoesNotGetIt() throws Exception {
    Session poor = cloud.tenant("poor", "member");
    String volume = volume();
    snapshot(volume);
    JsonNode transfer = offered(volume);
    quota(poor, "\"volumes\": 0");
    assertFault(
        accept(poor, transfer),
        413,
        "overLimit",
        "VolumeLimitExceeded: Maximum number of volumes allowed (0) exceeded for quota 'volumes'.");
    quota(poor, "\"volumes\": 1, \"gigabytes\": 1");
    assertFault(
        accept(poor, transfer),
        413,
        "overLimit",
        "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes"
            + " quota. Requested 1G, quota is 1G and 1G has been consumed.");
    quota(poor, "\"gigabytes\": 2, \"snapshots\": 0");
    assertFault(
        accept(poor, transfer),
        413,
        "overLimit",
        "SnapshotLimitExceeded: Maximum number of snapshots allowed (0) exceeded");
    assertThat(status(donor, volume)).isEqualTo("awaiting-transfer");
    assertThat(donor.must("GET", "/snapshots?volume_id=" + volume, null).get("snapshots").size())
        .isEqualTo(1);
    quota(poor, "\"snapshots\": 1");
    assertThat(accept(poor, transfer).status()).isEqualTo(202);
    assertThat(poor.must("GET", "/volumes", null).get("volumes").size()).isEqualTo(1);
    assertThat(poor.must("GET", "/snapshots", null).get("snapshots").size()).isEqualTo(1);
  }

  private static void quota(Session session, String quotas) throws Exception {
    cloud.admin.must(
        "PUT", "/os-quota-sets/" + session.project, "{\"quota_set\": {" + quotas + "}}");
  }

  @Test
  void ofManyWhoAcceptAtOnceOneGetsTheVolume() throws Exception {
    String volume = volume();
    JsonNode transfer = offered(volume);
    var sessions = new ArrayList<Session>();
    for (int i = 0; i < 8; i++) {
      sessions.add(cloud.tenant("racer" + i, "member"));
    }
    var statuses = new ConcurrentLinkedQueue<Integer>();
    var go = new CountDownLatch(1);
    var threads = new ArrayList<Thread>();
    for (Session session : sessions) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  go.await();
                  statuses.add(accept(session, transfer).status());
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(statuses).hasSize(8).containsOnlyOnce(202);
    assertThat(statuses).allMatch(status -> status == 202 || status == 404);
    int owners = 0;
    for (Session session : sessions) {
      owners += session.must("GET", "/volumes", null).get("volumes").size();
    }
    assertThat(owners).isEqualTo(1);
  }
}
