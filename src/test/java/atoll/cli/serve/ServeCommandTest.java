package atoll.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.db.PostgresUrl;
import atoll.identity.keystone.KeystoneSettings;
import atoll.keystone.Account;
import atoll.keystone.Account.Named;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the settings of the service come to. */
class ServeCommandTest {
  @TempDir Path folder;
  private final StringWriter err = new StringWriter();
  private final List<ServiceSettings> opened = new ArrayList<>();

  /** Runs the command with a service that cannot be opened, so that it ends. */
  private int serve(Map<String, String> environment, String... options) {
    RunningService.Opener opener =
        settings -> {
          opened.add(settings);
          throw new IOException("not today");
        };
    var arguments = new ArrayList<>(List.of("serve", "--data", folder.toString()));
    arguments.addAll(List.of(options));
    var out = new PrintWriter(err, true);
    return new AtollCommandLine(
            out,
            out,
            List.of(new NamedCommand("serve", () -> new ServeCommand(opener, environment))))
        .run(arguments.toArray(String[]::new));
  }

  private void write(String... lines) throws IOException {
    Files.write(folder.resolve("atoll.conf"), List.of(lines));
  }

  @Test
  void withoutSettingsItListensOnThisMachineOnly() {
    assertThat(serve(Map.of())).isEqualTo(1);
    assertThat(opened)
        .containsExactly(
            new ServiceSettings(
                folder,
                null,
                "127.0.0.1",
                8787,
                null,
                "nova",
                "RegionOne",
                false,
                1000,
                false,
                null));
    assertThat(err.toString()).contains("not today");
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws Exception {
    write("# mine", "", "zone = file", "region=file", "listen = [::1]:1", "strict-delete = true");
    serve(
        Map.of("ATOLL_ZONE", "environment", "ATOLL_REGION", "environment", "PATH", "x"),
        "--zone",
        "line");
    ServiceSettings settings = opened.getFirst();
    assertThat(settings.zone()).isEqualTo("line");
    assertThat(settings.region()).isEqualTo("environment");
    assertThat(settings.host()).isEqualTo("::1");
    assertThat(settings.port()).isEqualTo(1);
    assertThat(settings.strictDelete()).isTrue();
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() throws Exception {
    write(
        "zoen = a",
        "nonsense",
        "region = a",
        "region = b",
        "strict-delete = perhaps",
        "calls-per-second = many",
        "data = /elsewhere");
    int code = serve(Map.of("ATOLL_LISTN", "x", "ATOLL_TLS_KEY", "/none"), "--listen", "nowhere");
    assertThat(code).isEqualTo(2);
    assertThat(opened).isEmpty();
    assertThat(err.toString())
        .contains("line 1: unknown key 'zoen'; did you mean zone?")
        .contains("line 2: 'nonsense' is not of the form KEY = VALUE")
        .contains("line 4: 'region' is there twice")
        .contains("line 7: unknown key 'data'")
        .contains("strict-delete: 'perhaps' is neither true nor false")
        .contains("calls-per-second: 'many' is not a number from 0 to 1000000")
        .contains("unknown variable ATOLL_LISTN in the environment")
        .contains("tls-certificates and tls-key go together")
        .contains("listen: 'nowhere' is not of the form HOST:PORT");
  }

  @Test
  void theFirstStartWritesAFileThatSaysWhatCouldBeSaid() throws Exception {
    Path file = folder.resolve("atoll.conf");
    serve(Map.of());
    List<String> lines = Files.readAllLines(file);
    assertThat(lines)
        .contains("# The name of the availability zone. Default: nova.", "# zone =")
        .allMatch(line -> line.isEmpty() || line.startsWith("# "))
        .noneMatch(line -> line.contains("reset-admin-password") || line.equals("# data ="));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    for (String line : lines) {
      if (line.endsWith(" =")) { // each of them is known
        write(line.substring(2) + " false");
        serve(Map.of());
        assertThat(err.toString()).doesNotContain("unknown key");
      }
    }
    write("zone = mine");
    serve(Map.of());
    assertThat(Files.readAllLines(file)).containsExactly("zone = mine");
  }

  @Test
  void theDatabaseIsOneOfTheFolderUnlessItsUrlIsGiven() throws Exception {
    serve(Map.of());
    assertThat(opened.getLast().database()).isNull();
    write("database = postgresql://me@db/atoll");
    serve(Map.of("PGPASSWORD", "secret"));
    assertThat(opened.getLast().database())
        .isEqualTo(new PostgresUrl("db/atoll", "me", "secret", Map.of()));
    serve(Map.of("ATOLL_DATABASE", "jdbc:postgresql://db/other"));
    assertThat(opened.getLast().database())
        .isEqualTo(new PostgresUrl("db/other", null, null, Map.of()));
    assertThat(serve(Map.of(), "--database", "mysql://me:secret@db/atoll")).isEqualTo(2);
    assertThat(err.toString())
        .contains("database: not of the form postgresql://USER@HOST:PORT/NAME")
        .doesNotContain("secret");
  }

  @Test
  void beyondThisMachineTakesTlsOrAWord() throws Exception {
    assertThat(serve(Map.of(), "--listen", "0.0.0.0:8787")).isEqualTo(2);
    assertThat(err.toString()).contains("without TLS, tokens and passwords would cross");
    assertThat(opened).isEmpty();
    serve(Map.of(), "--listen", "0.0.0.0:8787", "--plain-http");
    serve(Map.of("ATOLL_PLAIN_HTTP", "true"), "--listen", "0.0.0.0:8787");
    Path pem = Files.writeString(folder.resolve("pem"), "");
    serve(
        Map.of(),
        "--listen",
        "0.0.0.0:8787",
        "--tls-key",
        pem.toString(),
        "--tls-certificates",
        pem.toString());
    assertThat(opened).hasSize(3);
    assertThat(opened.getLast().tls()).isEqualTo(new ServiceSettings.TlsFiles(pem, pem));
  }

  @Test
  void filesThatAreNotThereAreNamed() {
    assertThat(serve(Map.of(), "--tls-key", "/none/key", "--tls-certificates", "/none/pem"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("there is no file to read at /none/key")
        .contains("there is no file to read at /none/pem");
  }

  @Test
  void aKeystoneTakesAnAccountOfTheEnvironment() throws Exception {
    var environment =
        Map.of("OS_USERNAME", "atoll", "OS_PASSWORD", "hush", "OS_PROJECT_NAME", "service");
    serve(environment, "--keystone", "https://localhost:5000/identity/v3/");
    assertThat(opened.getLast().keystone())
        .isEqualTo(
            new KeystoneSettings(
                URI.create("https://localhost:5000/identity"),
                new Account.User(
                    "atoll",
                    Named.ofName("Default"),
                    "hush",
                    Named.ofName("service"),
                    Named.ofName("Default")),
                null));
    write("keystone = http://127.0.0.1:5000");
    Path pem = Files.writeString(folder.resolve("pem"), "");
    serve(
        Map.of(
            "OS_APPLICATION_CREDENTIAL_ID",
            "id",
            "OS_APPLICATION_CREDENTIAL_SECRET",
            "hush",
            "OS_CACERT",
            pem.toString()));
    assertThat(opened.getLast().keystone())
        .isEqualTo(
            new KeystoneSettings(
                URI.create("http://127.0.0.1:5000"),
                new Account.ApplicationCredential("id", "hush"),
                pem));
    serve(
        Map.of(
            "ATOLL_KEYSTONE",
            "http://[::1]:5000/v3",
            "OS_USERNAME",
            "atoll",
            "OS_USER_DOMAIN_ID",
            "users",
            "OS_PASSWORD",
            "hush",
            "OS_PROJECT_ID",
            "p",
            "OS_PROJECT_DOMAIN_NAME",
            "Projects"));
    assertThat(opened.getLast().keystone())
        .isEqualTo(
            new KeystoneSettings(
                URI.create("http://[::1]:5000"),
                new Account.User(
                    "atoll",
                    Named.ofId("users"),
                    "hush",
                    Named.ofId("p"),
                    Named.ofName("Projects")),
                null));
    assertThat(opened).hasSize(3);
    assertThat(opened.toString() + err).doesNotContain("hush");
  }

  @Test
  void allThatAKeystoneLacksIsToldAtOnce() {
    int code =
        serve(
            Map.of("OS_SYSTEM_SCOPE", "all", "OS_CACERT", "/none/pem"),
            "--keystone",
            "http://192.0.2.1:5000",
            "--reset-admin-password");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .contains("keystone: without TLS, tokens and a password would cross the network")
        .contains("keystone: OS_USERNAME is not set in the environment")
        .contains("keystone: OS_PASSWORD is not set in the environment")
        .contains("keystone: OS_PROJECT_NAME is not set in the environment")
        .contains("keystone: OS_SYSTEM_SCOPE is not supported")
        .contains("OS_CACERT: there is no file to read at /none/pem")
        .contains("reset-admin-password: with --keystone there is no user admin here");
    for (String url :
        List.of("keystone:5000", "ftp://h", "https://me:hush@h", "https://h/?a=b", "https://a b")) {
      assertThat(serve(Map.of(), "--keystone", url)).isEqualTo(2);
      assertThat(err.toString()).contains("keystone: not of the form https://HOST:PORT/PATH");
      err.getBuffer().setLength(0);
    }
    var account =
        Map.of("OS_USERNAME", "u", "OS_PASSWORD", "hush", "OS_PROJECT_NAME", "p", "HOME", "/");
    assertThat(opened).isEmpty();
    serve(account, "--keystone", "http://192.0.2.1:5000", "--plain-http");
    assertThat(opened).hasSize(1);
  }
}
