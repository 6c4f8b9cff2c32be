package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.db.OnBothDatabases;
import atoll.db.QueryPlans;
import atoll.db.TestDatabase;
import atoll.demo.service.Population;
import atoll.demo.service.Sizes;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What the service asks its database costs what is asked for, not what there is: every statement
 * that a session of calls comes to finds its rows by an index, in the order that is wanted.
 */
@OnBothDatabases
class QueryPlanTest {
  private static final Sizes SIZES = new Sizes(3000, 6000, 1000, 20, 30, 1);

  /** What may read or sort more, each with the reason. A pattern is looked for in a statement. */
  private static final Map<String, String> EXCUSED =
      Map.of(
          "select \\* from tasks order by due_at, id",
          "who waits until nothing is to be done, which are tests and the benchmark",
          "from tasks t left join points sp",
          "a place in the queue depends on all that is in it",
          "select kind, count\\(\\*\\) as many from tasks",
          "metrics: what waits is counted in an index",
          "s\\.id in \\(select m\\.subject",
          "what many have is found soonest by looking at the newest, as PostgreSQL knows",
          "v\\.project_id = \\?.* order by v\\.status",
          "the same of a project that has a fifth of all; there is an index for others",
          "v\\.updated_at > \\?",
          "a time says nothing of how many it leaves; sorted by another",
          "v\\.status in \\(\\?\\)( and \\(v.created_at, v.id\\) < \\(\\?\\))? order by v\\.created_at",
          "attachments: reads those that there are, of four statuses of volumes");

  @TempDir Path folder;
  private TestCloud cloud;
  private QueryPlans plans;

  @BeforeEach
  void fillAndListen() throws Exception {
    cloud = TestCloud.open(folder);
    try (Connection connection = TestDatabase.connect(folder)) {
      connection.setAutoCommit(false);
      new Population(connection, SIZES, Instant.now()).fill();
      connection.commit();
    }
    plans = QueryPlans.of(cloud.service.engine());
    plans.settle();
  }

  @AfterEach
  void close() throws Exception {
    cloud.close();
  }

  @Test
  void everyStatementOfASessionFindsItsRowsByAnIndex() throws Exception {
    JsonNode projects =
        cloud
            .send(cloud.admin.token, null, "GET", "/identity/v3/projects?name=project-0", null)
            .body();
    String project = projects.get("projects").get(0).get("id").asString();
    listEverything("/volume/v3/" + project, "");
    listEverything("/volume/v3/" + cloud.admin.project, "all_tenants=1&");
    lookAtQuotas(project);
    work();
    assertThat(plans.size()).isGreaterThan(100);
    assertThat(plans.offences(EXCUSED)).as("statements that read or sort too much").isEmpty();
    assertThat(plans.idle(EXCUSED)).as("excuses for nothing").isEmpty();
  }

  private JsonNode get(String path) throws Exception {
    TestCloud.Answer answer = cloud.send(cloud.admin.token, "3.70", "GET", path, null);
    assertThat(answer.status()).as(path + ": " + answer.text()).isEqualTo(200);
    return answer.body();
  }

  private void listEverything(String base, String scope) throws Exception {
    for (String kind : List.of("volumes", "snapshots", "backups", "attachments")) {
      String list = base + "/" + kind + "/detail?" + scope + "limit=10";
      JsonNode first = get(list).get(kind).get(0);
      String marker = "&marker=" + first.get("id").asString();
      JsonNode _ = get(list + marker);
      for (String key : List.of("created_at", "name", "id", "size", "status", "updated_at")) {
        boolean isKnown =
            kind.equals("volumes")
                || key.equals("created_at")
                || (!kind.equals("attachments") && key.equals("name"));
        if (isKnown) {
          JsonNode _ = get(list + "&sort=" + key + ":asc");
          JsonNode _ = get(list + "&sort=" + key + ":desc" + marker);
        }
      }
    }
    JsonNode volume = get(base + "/volumes/detail?" + scope + "limit=1").get("volumes").get(0);
    JsonNode snapshot =
        get(base + "/snapshots/detail?" + scope + "limit=1").get("snapshots").get(0);
    String id = volume.get("id").asString();
    for (String filter :
        List.of(
            "name=vm-1-disk-0",
            "status=in-use",
            "status=error",
            "status=creating",
            "bootable=true",
            "metadata=%7B'env':'test'%7D",
            "snapshot_id=" + snapshot.get("id").asString(),
            "created_at=gt:2024-01-01T00:00:00",
            "updated_at=gt:2024-01-01T00:00:00",
            "id=" + id)) {
      JsonNode _ = get(base + "/volumes/detail?" + scope + filter + "&limit=10&with_count=true");
    }
    for (String filter :
        List.of(
            "name=daily-1",
            "status=available",
            "status=error",
            "metadata=%7B'schedule':'daily'%7D",
            "volume_id=" + snapshot.get("volume_id").asString(),
            "created_at=gt:2024-01-01T00:00:00")) {
      JsonNode _ = get(base + "/snapshots/detail?" + scope + filter + "&limit=10&with_count=true");
    }
    for (String filter :
        List.of("name=weekly-1", "status=available", "status=creating", "volume_id=" + id)) {
      JsonNode _ = get(base + "/backups/detail?" + scope + filter + "&limit=10");
    }
    for (String path :
        List.of(
            "/attachments?%slimit=10&instance_id=" + id,
            "/attachments?%slimit=10&status=attached",
            "/messages?%slimit=10",
            "/messages?%slimit=10&resource_uuid=" + id,
            "/volume-transfers?%slimit=10",
            "/volumes/summary?%s",
            "/volumes/" + id + "?%s",
            "/snapshots/" + snapshot.get("id").asString() + "?%s",
            "/types?%s")) {
      JsonNode _ = get(base + path.formatted(scope));
    }
  }

  private void lookAtQuotas(String project) throws Exception {
    for (String path :
        List.of(
            "/limits",
            "/os-quota-sets/" + project + "?usage=True",
            "/scheduler-stats/get_pools?detail=True",
            "/os-services",
            "/os-hosts")) {
      JsonNode _ = get("/volume/v3/" + cloud.admin.project + path);
    }
    for (String path : List.of("/healthz", "/metrics")) {
      assertThat(cloud.send(null, null, "GET", path, null).status()).isEqualTo(200);
    }
    for (String path : List.of("/tasks", "/alerts", "/snapshots", "/instances", "/queue")) {
      assertThat(cloud.admin.own("GET", path, null).status()).as(path).isLessThan(500);
    }
  }

  /** Things are made, changed and removed. */
  private void work() throws Exception {
    TestCloud.Session admin = cloud.admin;
    String volume =
        made(admin, "volume", "{\"size\": 1, \"name\": \"v\", \"metadata\": {\"a\": \"b\"}}");
    String snapshot = made(admin, "snapshot", "{\"volume_id\": \"%s\"}".formatted(volume));
    String clone =
        made(admin, "volume", "{\"size\": 1, \"snapshot_id\": \"%s\"}".formatted(snapshot));
    String backup = made(admin, "backup", "{\"volume_id\": \"%s\"}".formatted(volume));
    JsonNode _ = admin.must("PUT", "/volumes/" + clone, "{\"volume\": {\"name\": \"w\"}}");
    for (String action :
        List.of(
            "{\"os-extend\": {\"new_size\": 2}}",
            "{\"os-retype\": {\"new_type\": \"fast\", \"migration_policy\": \"never\"}}",
            "{\"os-reserve\": {}}",
            "{\"os-unreserve\": {}}")) {
      JsonNode _ = admin.must("POST", "/volumes/" + clone + "/action", action);
    }
    JsonNode _ =
        admin.must(
            "POST",
            "/os-volume-transfer",
            "{\"transfer\": {\"volume_id\": \"%s\"}}".formatted(clone));
    JsonNode _ =
        admin.must("POST", "/volumes/" + volume + "/metadata", "{\"metadata\": {\"c\": \"d\"}}");
    boolean _ = cloud.service.engine().awaitIdle(Duration.ofSeconds(5));
    JsonNode _ = admin.must("DELETE", "/backups/" + backup, null);
    JsonNode _ = admin.must("DELETE", "/snapshots/" + snapshot, null);
    JsonNode _ = admin.must("DELETE", "/volumes/" + volume, null);
  }

  private static String made(TestCloud.Session owner, String kind, String body) throws Exception {
    String list = "/" + kind + "s";
    JsonNode made = owner.must("POST", list, "{\"%s\": %s}".formatted(kind, body)).get(kind);
    String id = made.get("id").asString();
    JsonNode _ = owner.await(list + "/" + id, kind, "available");
    return id;
  }
}
