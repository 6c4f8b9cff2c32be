package atoll;

import static atoll.Answers.keys;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.engine.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Atoll's own API: how it speaks, and what it says of tasks and alerts. */
class OwnApiTest {
  @TempDir Path folder;
  private TestCloud cloud;
  private Session member;
  private Session stranger;

  @BeforeEach
  void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
    stranger = cloud.tenant("stranger", "member");
  }

  @AfterEach
  void close() throws IOException {
    cloud.close();
  }

  private String volume() throws Exception {
    return member
        .must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
        .get("volume")
        .get("id")
        .asString();
  }

  private String snapshot(String volume) throws Exception {
    return member
        .must("POST", "/snapshots", "{\"snapshot\": {\"volume_id\": \"%s\"}}".formatted(volume))
        .get("snapshot")
        .get("id")
        .asString();
  }

  /** The first item of a list that fits, waited for. */
  private static JsonNode await(Session who, String path, Predicate<JsonNode> fits)
      throws Exception {
    return Eventually.until(
            path,
            Duration.ofSeconds(30),
            () -> who.own(200, "GET", path, null).get("items"),
            items -> items.valueStream().anyMatch(fits))
        .valueStream()
        .filter(fits)
        .findFirst()
        .orElseThrow();
  }

  private static boolean is(JsonNode item, String kind, String subject) {
    return item.get("kind").asString().equals(kind)
        && Objects.equals(item.get("subject").get("id").asString(null), subject);
  }

  /** Takes the repository away; what is written to it fails until it is back. */
  private void withoutRepository(ThrowingWork work) throws Exception {
    Path repository = folder.resolve("data").resolve("repository");
    Path away = folder.resolve("away");
    assertThat(cloud.service.engine().awaitIdle(Duration.ofSeconds(30))).isTrue();
    Files.move(repository, away);
    Files.createFile(repository);
    try {
      work.run();
    } finally {
      Files.delete(repository);
      Files.move(away, repository);
    }
  }

  private interface ThrowingWork {
    void run() throws Exception;
  }

  private static void assertProblem(Answer answer, int status, String title, String detail) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.whole().headers().firstValue("Content-Type"))
        .hasValue("application/problem+json");
    assertThat(keys(answer.body())).containsExactly("title", "status", "detail", "request_id");
    assertThat(answer.body().get("title").asString()).isEqualTo(title);
    assertThat(answer.body().get("status").asInt()).isEqualTo(status);
    assertThat(answer.body().get("detail").asString()).contains(detail);
    assertThat(answer.whole().headers().firstValue("X-Openstack-Request-Id"))
        .hasValue(answer.body().get("request_id").asString());
  }

  @Test
  void itSaysWhatThereIsAndIsInTheCatalog() throws Exception {
    JsonNode index = cloud.send(null, null, "GET", "/atoll/v1", null).body();
    assertThat(keys(index)).containsExactly("id", "status", "release", "links");
    String url = cloud.service.url() + "/atoll/v1";
    assertThat(index.get("links").get("self").asString()).isEqualTo(url);
    assertThat(index.get("links").get("tasks").asString()).isEqualTo(url + "/tasks");
    JsonNode catalog =
        cloud.send(member.token, null, "GET", "/identity/v3/auth/catalog", null).body();
    assertThat(
            StreamSupport.stream(catalog.get("catalog").spliterator(), false)
                .filter(service -> service.get("type").asString().equals("atoll"))
                .map(service -> service.get("endpoints").get(0).get("url").asString()))
        .containsExactly(url);
  }

  @Test
  void refusalsAreProblems() throws Exception {
    assertProblem(
        cloud.send(null, null, "GET", "/atoll/v1/tasks", null), 401, "Unauthorized", "token");
    assertProblem(member.own("GET", "/nothing", null), 404, "Not Found", "no such path");
    assertProblem(member.own("GET", "/tasks/7", null), 404, "Not Found", "no task 7");
    assertProblem(member.own("GET", "/alerts/x", null), 404, "Not Found", "no alert x");
    assertProblem(member.own("GET", "/queue", null), 403, "Forbidden", "admin");
    assertProblem(member.own("PUT", "/tasks", "{}"), 405, "Method Not Allowed", "PUT");
    assertProblem(member.own("GET", "/tasks?limit=0", null), 400, "Bad Request", "limit");
    assertProblem(member.own("GET", "/tasks?after=x", null), 400, "Bad Request", "after");
    assertProblem(
        cloud.admin.own("GET", "/tasks?project_id=x", null), 400, "Bad Request", "project_id");
  }

  @Test
  void aTokenMayComeAsABearer() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(cloud.service.url() + "/atoll/v1/tasks"))
              .header("Authorization", "Bearer " + member.token)
              .build();
      assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void aTaskThatFailsSaysWhyAndAnAlertTellsOfIt() throws Exception {
    String volume = volume();
    withoutRepository(() -> {
      Instant before = Instant.now();
      snapshot(volume);
      JsonNode task =
          await(
              member,
              "/tasks",
              one -> is(one, "back_up", volume) && one.get("state").asString().equals("retrying"));
      assertThat(keys(task))
          .containsExactly(
              "id",
              "kind",
              "subject",
              "project_id",
              "state",
              "progress",
              "bytes_done",
              "bytes_total",
              "seconds_left",
              "position",
              "urgent",
              "attempts",
              "fault",
              "created_at",
              "due_at");
      assertThat(task.get("project_id").asString()).isEqualTo(member.project);
      assertThat(task.get("bytes_total").isNull()).isTrue(); // it is not at work
      assertThat(task.get("attempts").asInt()).isPositive();
      assertThat(task.get("fault").asString()).isNotEmpty();
      assertThat(task.get("position").asInt()).isEqualTo(1);
      assertThat(task.get("subject").get("kind").asString()).isEqualTo("volume");
      assertThat(Instant.parse(task.get("due_at").asString())).isAfter(before);
      String id = task.get("id").asString();
      assertThat(member.own(200, "GET", "/tasks/" + id, null).get("kind").asString())
          .isEqualTo("back_up");
      assertThat(stranger.own("GET", "/tasks/" + id, null).status()).isEqualTo(404);
      assertThat(stranger.own(200, "GET", "/tasks", null).get("items").size()).isZero();
      assertThat(cloud.admin.own(200, "GET", "/tasks/" + id, null).get("id").asString())
          .isEqualTo(id);

      JsonNode alert = await(member, "/alerts", one -> is(one, "backup_failing", volume));
      assertThat(keys(alert))
          .containsExactly(
              "id", "kind", "subject", "project_id", "text", "since", "last_seen_at", "count");
      assertThat(alert.get("text").asString()).isNotEmpty();
      assertThat(alert.get("count").asInt()).isPositive();
      dismiss(alert.get("id").asString());
    });
    assertThat(cloud.service.engine().awaitIdle(Duration.ofSeconds(60))).isTrue();
  }

  private void dismiss(String alert) throws Exception {
    assertThat(stranger.own("GET", "/alerts/" + alert, null).status()).isEqualTo(404);
    assertThat(stranger.own("POST", "/alerts/" + alert + "/dismiss", null).status()).isEqualTo(404);
    assertThat(member.own(200, "GET", "/alerts/" + alert, null).get("id").asString())
        .isEqualTo(alert);
    member.own(204, "POST", "/alerts/" + alert + "/dismiss", null);
    assertThat(member.own(200, "GET", "/alerts", null).get("items").size()).isZero();
    assertThat(member.own("POST", "/alerts/" + alert + "/dismiss", null).status()).isEqualTo(404);
  }

  @Test
  void anAdminSeesAllTasksInPagesAndWhatEachThreadHasToDo() throws Exception {
    List<String> volumes = List.of(volume(), volume(), volume());
    withoutRepository(() -> {
      for (String volume : volumes) {
        snapshot(volume);
        await(cloud.admin, "/tasks", one -> is(one, "back_up", volume));
      }
      var seen = new ArrayList<String>();
      @Nullable String path = "/tasks?limit=1&project_id=" + member.project;
      while (path != null) {
        JsonNode page = cloud.admin.own(200, "GET", path, null);
        page.get("items").forEach(item -> seen.add(item.get("subject").get("id").asString()));
        String next = page.get("next").asString(null);
        path = next == null ? null : next.substring((cloud.service.url() + "/atoll/v1").length());
      }
      assertThat(seen).containsAll(volumes);
      JsonNode load =
          await(cloud.admin, "/queue", one -> one.get("kind").asString().equals("back_up"));
      assertThat(keys(load)).containsExactly("kind", "workers", "running", "waiting", "oldest_at");
      assertThat(load.get("workers").asInt()).isEqualTo(2);
      assertThat(load.get("running").asInt() + load.get("waiting").asInt()).isEqualTo(3);
    });
  }
}
