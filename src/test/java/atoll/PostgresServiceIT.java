package atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.TestCloud.Answer;
import atoll.cli.serve.ServiceSettings;
import atoll.db.PostgresUrl;
import atoll.objectstore.RealServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A whole service whose database is on a server. */
class PostgresServiceIT {
  @RegisterExtension static final RealServer SERVER = new RealServer(RealServer.POSTGRES);

  @TempDir Path folder;

  private static PostgresUrl url() {
    return PostgresUrl.of(
        "postgresql://%s@%s:%s/%s"
            .formatted(
                SERVER.get("POSTGRES_USER"),
                SERVER.get("POSTGRES_HOST"),
                SERVER.get("POSTGRES_PORT"),
                SERVER.get("POSTGRES_DB")),
        Map.of("PGPASSWORD", SERVER.get("POSTGRES_PASSWORD")));
  }

  private ServiceSettings settings(String name) {
    return ServiceSettings.in(folder.resolve(name)).withDatabase(url());
  }

  @Test
  void aServerThatIsStartedAgainCostsNothingButCalls() throws Exception {
    try (var cloud = new TestCloud(settings("site"))) {
      String volume = made(cloud, "volume", "\"size\": 1");
      cloud.admin.await("/volumes/" + volume, "volume", "available");
      String snapshot = made(cloud, "snapshot", "\"volume_id\": \"%s\"".formatted(volume));
      SERVER.tell("stop");
      Answer answer = cloud.admin.volume("3.0", "GET", "/volumes/" + volume, null);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text())
          .contains("the database postgresql://atoll@127.0.0.1:")
          .doesNotContain(SERVER.get("POSTGRES_PASSWORD"));
      answer = cloud.send(null, null, "GET", "/healthz", null);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text()).isEqualTo("the database does not answer\n");
      SERVER.tell("start");
      answer = cloud.send(null, null, "GET", "/healthz", null);
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      cloud.admin.await("/snapshots/" + snapshot, "snapshot", "available");
      String backup =
          made(
              cloud,
              "backup",
              "\"snapshot_id\": \"%s\", \"volume_id\": \"%s\"".formatted(snapshot, volume));
      cloud.admin.await("/backups/" + backup, "backup", "available");
      assertThat(Files.exists(folder.resolve("site/atoll.db"))).isFalse();
      assertThatThrownBy(() -> Service.open(settings("other")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another Atoll is at work on it");
    }
  }

  private static String made(TestCloud cloud, String kind, String fields) throws Exception {
    return cloud
        .admin
        .must("POST", "/" + kind + "s", "{\"%s\": {%s}}".formatted(kind, fields))
        .get(kind)
        .get("id")
        .asString();
  }
}
