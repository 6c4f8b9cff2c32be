package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Session;
import atoll.cli.AtollCommandLine;
import atoll.cli.ExitCode;
import atoll.cli.client.ClientCommands;
import atoll.engine.Eventually;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that speak to a running service, on a whole service. */
class ClientCommandTest {
  @TempDir Path folder;
  private TestCloud cloud;
  private Session member;

  @BeforeEach
  void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
  }

  @AfterEach
  void close() throws IOException {
    cloud.close();
  }

  /** What a command said. */
  private record Said(int code, String out, String err) {
    JsonNode json() {
      return JsonMapper.shared().readTree(out);
    }

    Said done() {
      assertThat(code).as("%s%s", out, err).isZero();
      return this;
    }
  }

  private static Said run(List<String> arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        new AtollCommandLine(
                new PrintWriter(out, true), new PrintWriter(err, true), ClientCommands.all())
            .run(arguments.toArray(new String[0]));
    return new Said(code, out.toString(), err.toString());
  }

  private Said asMember(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--os-auth-url",
            cloud.service.url() + "/identity/v3",
            "--os-username",
            "member",
            "--os-password",
            "secret-member",
            "--os-project-name",
            "member"));
    return run(all);
  }

  private Said asAdmin(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--os-auth-url",
            cloud.service.url() + "/identity/v3/",
            "--os-token",
            cloud.admin.token,
            "--os-project-name",
            "admin"));
    return run(all);
  }

  private String volume() throws Exception {
    return member
        .must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
        .get("volume")
        .get("id")
        .asString();
  }

  @Test
  void anInstanceIsMadeChangedAndDeleted() throws Exception {
    String boot = volume();
    String data = volume();
    JsonNode made =
        asMember("instance", "create", "i", "--memory", "64", "--boot", boot, "--json")
            .done()
            .json();
    String id = made.get("id").asString();
    assertThat(made.get("volumes").get(0).get("bootable").asBoolean()).isTrue();
    assertThat(asMember("instance", "attach", id, data).done().out()).contains(data);
    assertThat(asMember("instance", "list").done().out().lines().toList())
        .hasSize(2)
        .first()
        .asString()
        .matches("ID +NAME +STATUS +MEMORY MIB +VCPUS +FAULT");
    assertThat(asMember("instance", "show", id).done().out())
        .containsPattern("status +stopped")
        .containsPattern("memory_mib +64")
        .containsPattern("fault +-");
    asMember("instance", "stop", id).done();
    assertThat(asMember("instance", "detach", id, data).done().out()).doesNotContain(data);
    asMember("instance", "delete", id).done();
    Said gone = asMember("instance", "show", id);
    assertThat(gone.code()).isEqualTo(ExitCode.FAILED.value());
    assertThat(gone.err()).isEqualTo("atoll: there is no instance " + id + System.lineSeparator());
  }

  @Test
  void snapshotsAreTakenShownAndCompared() throws Exception {
    String first = volume();
    String second = volume();
    JsonNode taken =
        asMember("snapshot", "take", first, second, "--name", "s", "--quiesce", "none", "--json")
            .done()
            .json();
    assertThat(taken.size()).isEqualTo(2);
    assertThat(cloud.service.engine().awaitIdle(Duration.ofSeconds(60))).isTrue();
    String one = taken.get(0).get("id").asString();
    String other = taken.get(1).get("id").asString();
    assertThat(asMember("snapshot", "show", one).done().out()).containsPattern("state +backed_up");
    assertThat(asMember("snapshot", "digest", one).done().out())
        .startsWith("64k/256:")
        .isEqualTo(asMember("snapshot", "digest", other).done().out());
    assertThat(asMember("snapshot", "diff", one, other).done().out()).isEmpty();
    assertThat(
            asMember("snapshot", "diff", one, other, "--json")
                .done()
                .json()
                .get("differing_bytes")
                .asInt())
        .isZero();
    assertThat(asMember("snapshot", "delete", "--plan", one, other).done().out())
        .containsPattern("frees_repository_bytes +0");
    asMember("snapshot", "delete", one, other).done();
    assertThat(asMember("snapshot", "show", one).code()).isNotZero();
  }

  @Test
  void tasksAndAlertsAreListedWatchedAndDismissed() throws Exception {
    String volume = volume();
    assertThat(cloud.service.engine().awaitIdle(Duration.ofSeconds(60))).isTrue();
    Path repository = folder.resolve("data").resolve("repository");
    Path away = folder.resolve("away");
    Files.move(repository, away);
    Files.createFile(repository);
    CompletableFuture<Said> watched;
    try {
      asMember("snapshot", "take", volume).done();
      String task = idOf("task", volume);
      assertThat(asMember("task", "show", task).done().out()).containsPattern("kind +back_up");
      watched = CompletableFuture.supplyAsync(() -> asMember("task", "watch", task));
      asMember("alert", "dismiss", idOf("alert", volume)).done();
      assertThat(asMember("alert", "list").done().out().lines()).hasSize(1);
      JsonNode queue = asAdmin("queue", "--json").done().json();
      assertThat(queue.get(0).get("kind").asString()).isEqualTo("back_up");
      Said refused = asMember("queue");
      assertThat(refused.code()).isEqualTo(ExitCode.FAILED.value());
      assertThat(refused.err()).contains("admin");
      Thread.sleep(1000); // until it listens, or finds the task gone: both are an end
    } finally {
      Files.delete(repository);
      Files.move(away, repository);
    }
    Said end = watched.get(60, TimeUnit.SECONDS).done();
    assertThat(end.out()).containsPattern("task [0-9]+ over back_up " + volume);
  }

  /** The task or alert about a volume, waited for. */
  private String idOf(String command, String volume) throws Exception {
    return Eventually.until(
            command + " about " + volume,
            Duration.ofSeconds(30),
            () ->
                asMember(command, "list", "--json")
                    .done()
                    .json()
                    .valueStream()
                    .filter(one -> one.get("subject").get("id").asString().equals(volume))
                    .toList(),
            found -> !found.isEmpty())
        .getFirst()
        .get("id")
        .asString();
  }

  @Test
  void eventsAreToldALineEach() throws Exception {
    CompletableFuture<Said> told =
        CompletableFuture.supplyAsync(() -> asMember("event", "watch", "--count", "1"));
    String volume = "";
    while (!told.isDone()) { // what is made before it listens, it does not hear of
      volume = volume();
      Thread.sleep(500);
    }
    assertThat(volume).isNotEmpty();
    assertThat(told.get().done().out()).containsPattern("volume [0-9a-f-]{36} available");
  }

  @Test
  void theRepositoryIsShownCollectedAndVerified() throws Exception {
    assertThat(asAdmin("service-repository", "status").done().out())
        .containsPattern("name +default")
        .contains(folder.resolve("data").resolve("repository").toString());
    assertThat(asAdmin("service-repository", "usage", "--json").done().json().get("snapshots"))
        .hasToString("0");
    String task =
        asAdmin("service-repository", "collect", "--json").done().json().get("id").asString();
    asAdmin("task", "watch", task).done();
    asAdmin("service-repository", "verify", "--quick").done();
    assertThat(cloud.service.engine().awaitIdle(Duration.ofSeconds(60))).isTrue();
    assertThat(asAdmin("service-repository", "status").done().out()).contains("\"quick\":true");
  }

  @Test
  void whoCannotLogInIsToldSo() {
    Said nowhere = run(List.of("task", "list", "--os-auth-url", ""));
    assertThat(nowhere.code()).isEqualTo(ExitCode.USAGE.value());
    assertThat(nowhere.err()).contains("where is the service?");
    Said nobody =
        run(
            List.of(
                "task",
                "list",
                "--os-auth-url",
                cloud.service.url() + "/identity/v3",
                "--os-username",
                ""));
    assertThat(nobody.code()).isEqualTo(ExitCode.USAGE.value());
    assertThat(nobody.err()).contains("who asks?");
    Said wrong =
        run(
            List.of(
                "task",
                "list",
                "--os-auth-url",
                cloud.service.url() + "/identity/v3",
                "--os-username",
                "member",
                "--os-password",
                "wrong",
                "--os-project-name",
                "member"));
    assertThat(wrong.code()).isEqualTo(ExitCode.FAILED.value());
    assertThat(wrong.err()).contains("requires authentication");
    Said silent =
        run(List.of("task", "list", "--os-auth-url", "http://127.0.0.1:1/v3", "--os-token", "x"));
    assertThat(silent.code()).isEqualTo(ExitCode.FAILED.value());
    assertThat(silent.err()).contains("nothing answers at http://127.0.0.1:1/v3");
  }
}
