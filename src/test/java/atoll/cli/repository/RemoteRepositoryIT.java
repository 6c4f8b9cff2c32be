package atoll.cli.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.Main;
import atoll.format.QemuTools;
import atoll.objectstore.ObjectStore;
import atoll.objectstore.RealServer;
import atoll.objectstore.Traffic;
import atoll.objectstore.url.ObjectStores;
import atoll.objectstore.url.StoreUrl;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Repositories in real stores, by a process for each command, as a user has them. */
final class RemoteRepositoryIT {
  private static final int MIB = 1 << 20;

  @RegisterExtension static final RealServer SWIFT = new RealServer(RealServer.SWIFT);
  @RegisterExtension static final RealServer CEPH = new RealServer(RealServer.CEPH);

  /** Where a repository lies. */
  enum Store {
    SWIFT_API {
      @Override
      String url(String container) {
        return "swift://%s/backups?listing-delay=1&in-flight=2".formatted(container);
      }

      @Override
      Map<String, String> environment() {
        return Map.of(
            "ST_AUTH", SWIFT.get("SWIFT_AUTH_URL"),
            "ST_USER", SWIFT.get("SWIFT_USER"),
            "ST_KEY", SWIFT.get("SWIFT_KEY"));
      }
    },
    CEPH_S3 {
      @Override
      String url(String container) {
        return "s3://%s/backups?endpoint=%s&in-flight=2"
            .formatted(container, CEPH.get("S3_ENDPOINT"));
      }

      @Override
      Map<String, String> environment() {
        return Map.of(
            "AWS_ACCESS_KEY_ID", CEPH.get("S3_ACCESS_KEY"),
            "AWS_SECRET_ACCESS_KEY", CEPH.get("S3_SECRET_KEY"));
      }
    };

    abstract String url(String container);

    abstract Map<String, String> environment();
  }

  @TempDir private Path folder;
  private Store store = Store.SWIFT_API;
  private String url = "";

  /** What a command said. */
  private record Answer(int code, String out, String err) {}

  @BeforeEach
  void require() {
    QemuTools.require();
  }

  private void use(Store chosen) {
    store = chosen;
    url = chosen.url("remote-" + UUID.randomUUID());
  }

  private Process begin(String verb, String where, String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "repository",
                verb,
                where));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--key", path("key"), "--cache", path("cache")));
    var builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(folder.resolve("err").toFile());
    builder.environment().putAll(store.environment());
    return builder.start();
  }

  private Answer run(String verb, String where, String... arguments) throws Exception {
    Process process = begin(verb, where, arguments);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), out, Files.readString(folder.resolve("err")));
  }

  private String done(String verb, String where, String... arguments) throws Exception {
    Answer answer = run(verb, where, arguments);
    assertThat(answer.code()).as("%s: %s", verb, answer).isZero();
    return answer.out();
  }

  private JsonNode json(String verb, String where, String... arguments) throws Exception {
    var words = new ArrayList<>(List.of(arguments));
    words.add("--json");
    return JsonMapper.shared().readTree(done(verb, where, words.toArray(String[]::new)));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void write(String image, long offset, int length, long seed) throws IOException {
    var bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    try (var file = new RandomAccessFile(path(image), "rw")) {
      file.setLength(64L * MIB);
      file.seek(offset);
      file.write(bytes);
    }
  }

  @ParameterizedTest
  @EnumSource
  void repositoryElsewhereIsUsedAsOneInFolder(Store chosen) throws Exception {
    use(chosen);
    assertThat(run("list", url).err()).contains("there is no such");
    done("init", url);
    write("disk.raw", 0, 40 * MIB, 1);
    JsonNode first = json("backup", url, path("disk.raw"), "--name", "disk");
    write("disk.raw", 20L * MIB, MIB, 2);
    JsonNode second = json("backup", url, path("disk.raw"), "--name", "disk");
    assertThat(first.path("bytes_stored").asLong()).isGreaterThan(40L * MIB);
    assertThat(second.path("bytes_stored").asLong()).isBetween((long) MIB, 2L * MIB);
    assertThat(json("list", url)).hasSize(2);
    String id = second.path("id").asString();

    done("restore", url, "disk", path("again.raw"));
    assertThat(Files.mismatch(folder.resolve("disk.raw"), folder.resolve("again.raw")))
        .isEqualTo(-1);
    done("verify", url);

    done("init", path("near"));
    done("copy", url, path("near"), id);
    assertThat(json("list", path("near")).get(0).path("content_digest"))
        .isEqualTo(second.path("content_digest"));

    done("delete", url, first.path("id").asString(), id);
    JsonNode freed = json("collect", url);
    assertThat(freed.path("bytes_freed").asLong()).isGreaterThan(40L * MIB);
    assertThat(json("list", url)).isEmpty();
    assertThat(run("copy", path("near"), url, id).err()).contains("was deleted");
    done("copy", path("near"), url, id, "--as-new");
    assertThat(json("list", url).get(0).path("content_digest"))
        .isEqualTo(second.path("content_digest"));
    done("verify", url);
  }

  @Test
  void backupThatWasKilledIsGoneOnWith() throws Exception {
    use(Store.SWIFT_API);
    done("init", url);
    write("disk.raw", 0, 60 * MIB, 3);
    Process killed = begin("backup", url, path("disk.raw"), "--name", "disk", "--limit-rate", "8M");
    awaitPack(killed);
    killed.destroyForcibly().waitFor();
    JsonNode again = json("backup", url, path("disk.raw"), "--name", "disk");
    assertThat(again.path("bytes_stored").asLong()).isLessThan(40L * MIB);
    done("verify", url);
    done("collect", url);
    done("restore", url, "disk", path("again.raw"));
    assertThat(Files.mismatch(folder.resolve("disk.raw"), folder.resolve("again.raw")))
        .isEqualTo(-1);
  }

  /** At that rate the second pack takes four seconds more. */
  private void awaitPack(Process backup) throws IOException {
    var stores = new ObjectStores(store.environment(), Traffic.UNLIMITED);
    try (ObjectStore objects = stores.open(StoreUrl.parse(url))) {
      var packs = new AtomicInteger();
      while (packs.get() == 0) {
        assertThat(backup.isAlive()).isTrue();
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        objects.list("packs/", (_, _) -> packs.incrementAndGet());
      }
    }
    // It is there before its writer hears so; what he has not heard of when he dies is stored
    // again.
    LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void whatIsWrongIsSaid() throws Exception {
    use(Store.CEPH_S3);
    done("init", path("near")); // makes the key
    assertThat(run("list", url))
        .satisfies(answer -> assertThat(answer.code()).isEqualTo(1))
        .satisfies(answer -> assertThat(answer.err()).contains("there is no such bucket"));
    done("init", url);
    assertThat(run("init", url).err()).contains("there is a repository in");
    assertThat(run("list", url.replace("backups", "elsewhere")).err())
        .contains("there is no repository in elsewhere/");
    assertThat(run("list", url + "&speed=9"))
        .satisfies(answer -> assertThat(answer.code()).isEqualTo(2))
        .satisfies(answer -> assertThat(answer.err()).contains("'speed=9' is none of"));
    assertThat(run("list", url, "--limit-rate", "fast").err()).contains("'fast' is no rate");
    Files.delete(folder.resolve("key"));
    done("init", path("other")); // with another key
    assertThat(run("list", url))
        .satisfies(answer -> assertThat(answer.code()).isEqualTo(1))
        .satisfies(answer -> assertThat(answer.err()).contains("key"));
  }
}
