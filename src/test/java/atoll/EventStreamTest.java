package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What who listens to events hears of a service at work. */
class EventStreamTest {
  @TempDir Path folder;
  private TestCloud cloud;
  private Session member;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
  }

  @AfterEach
  void close() throws IOException {
    cloud.close();
    http.shutdownNow();
  }

  /** An event as it came; {@code END} when no more will come. */
  private record Heard(String kind, @Nullable JsonNode data) {
    static final Heard END = new Heard("end", null);

    boolean is(String wanted, String id, String member, String value) {
      return kind.equals(wanted)
          && data != null
          && data.get("id").asString().equals(id)
          && data.get(member).asString().equals(value);
    }
  }

  private final class Ear {
    final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    Ear(Session who) throws IOException, InterruptedException {
      var request =
          HttpRequest.newBuilder(URI.create(cloud.service.url() + "/atoll/v1/events"))
              .header("X-Auth-Token", who.token)
              .build();
      HttpResponse<InputStream> answer =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
      var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
      assertThat(lines.readLine()).startsWith(":");
      Thread.ofVirtual().start(() -> listen(lines));
    }

    private void listen(BufferedReader lines) {
      try (lines) {
        String kind = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("event: ")) {
            kind = line.substring(7);
          } else if (line.startsWith("data: ")) {
            heard.add(new Heard(kind, JsonMapper.shared().readTree(line.substring(6))));
          }
        }
      } catch (IOException e) {
        assertThat(e).isNotNull(); // the service is gone: that is an end, too
      }
      heard.add(Heard.END);
    }

    /** All that is heard up to the first that fits. */
    List<Heard> until(Predicate<Heard> fits) throws InterruptedException {
      var all = new ArrayList<Heard>();
      while (true) {
        Heard next = heard.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("after %s", all).isNotNull();
        all.add(next);
        if (fits.test(next)) {
          return all;
        }
      }
    }

    /** Waits until something that fits was heard for each, in any order. */
    void untilAll(List<Predicate<Heard>> wanted) throws InterruptedException {
      var missing = new ArrayList<>(wanted);
      until(heard -> {
        missing.removeIf(fits -> fits.test(heard));
        return missing.isEmpty();
      });
    }
  }

  private String made(String path, String body, String kind) throws Exception {
    return member.must("POST", path, body).get(kind).get("id").asString();
  }

  @Test
  void aVolumeASnapshotAndItsBackupAreHeardFromBeginningToEnd() throws Exception {
    var ear = new Ear(member);
    String volume = made("/volumes", "{\"volume\": {\"size\": 1, \"name\": \"v\"}}", "volume");
    ear.until(heard -> heard.is("volume", volume, "state", "available"));
    String of = "\"volume_id\": \"" + volume + "\"";
    String snapshot = made("/snapshots", "{\"snapshot\": {" + of + "}}", "snapshot");
    ear.until(heard -> heard.is("snapshot", snapshot, "state", "backed_up"));
    String backup = made("/backups", "{\"backup\": {" + of + "}}", "backup");
    ear.until(heard -> heard.is("backup", backup, "state", "backed_up"));
    member.volume("3.0", "DELETE", "/snapshots/" + snapshot, null);
    ear.until(heard -> heard.is("snapshot", snapshot, "state", "deleted"));
    member.volume("3.0", "DELETE", "/volumes/" + volume, null);
    ear.until(heard -> heard.is("volume", volume, "state", "deleted"));
  }

  @Test
  void anotherProjectHearsNothingAndAnAdminEverything() throws Exception {
    Session stranger = cloud.tenant("stranger", "member");
    var strange = new Ear(stranger);
    var admin = new Ear(cloud.admin);
    String volume = made("/volumes", "{\"volume\": {\"size\": 1}}", "volume");
    made("/snapshots", "{\"snapshot\": {\"volume_id\": \"" + volume + "\"}}", "snapshot");
    admin.untilAll(
        List.of(
            heard -> heard.is("volume", volume, "state", "available"),
            heard ->
                heard.kind().equals("task")
                    && heard.data() != null
                    && heard.data().get("kind").asString().equals("collect")));
    String own =
        stranger
            .must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
            .get("volume")
            .get("id")
            .asString();
    assertThat(strange.until(heard -> heard.is("volume", own, "state", "available"))).hasSize(1);
  }

  @Test
  void theServiceStopsAtOnceAlthoughSomebodyListens() throws Exception {
    var ear = new Ear(member);
    long start = System.nanoTime();
    cloud.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    ear.until(Heard.END::equals);
  }

  @Test
  void moreThanSoManyMayNotListen() throws Exception {
    var ears = new ArrayList<Ear>();
    for (int i = 0; i < 64; i++) {
      ears.add(new Ear(member));
    }
    assertThat(member.own("GET", "/events", null).status()).isEqualTo(409);
    String volume = made("/volumes", "{\"volume\": {\"size\": 1}}", "volume");
    for (Ear ear : ears) {
      ear.until(heard -> heard.is("volume", volume, "state", "available"));
    }
  }

  @Test
  void aLookWithHeadBeginsNoStream() throws Exception {
    for (int i = 0; i < 70; i++) {
      assertThat(member.own("HEAD", "/events", null).status()).isEqualTo(200);
    }
  }
}
