package atoll.cli.serve;

import atoll.cli.ExitCode;
import atoll.db.PostgresUrl;
import atoll.identity.keystone.KeystoneSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code atoll serve}: the service itself, until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Runs the service: Identity v3 and Block Storage v3 on one port.",
      "Prints 'ready URL' when it answers. The first start makes DIR/openrc, which 'source' gives to OpenStack's clients.",
      "Every option can also be set in the environment (ATOLL_STRICT_DELETE=true) or in DIR/atoll.conf (strict-delete = true)."
    })
public final class ServeCommand implements Callable<Integer> {
  private static final String CONFIG = "atoll.conf";

  /** The folder that the file is in, and options that are for one run. */
  private static final Set<String> NOT_IN_FILE = Set.of("data", "help", "reset-admin-password");

  private static final int PORT_MAX = 65535;
  private static final int CALLS_PER_SECOND_MAX = 1_000_000;

  /** Variables that say what the file cannot, and those of other parts of Atoll. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of("ATOLL_DATA", "ATOLL_JAVA_HOME", "ATOLL_SERVICES", "ATOLL_TEST_RUN");

  private final RunningService.Opener opener;
  private final Map<String, String> environment;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Everything is kept here. Default: atoll-data.")
  private @Nullable Path data;

  @Option(
      names = "--database",
      paramLabel = "URL",
      description =
          "A PostgreSQL database: postgresql://USER@HOST:PORT/NAME. Default: SQLite, in DIR.")
  private @Nullable String database;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to listen. Default: 127.0.0.1:8787.")
  private @Nullable String listen;

  @Option(
      names = "--tls-certificates",
      paramLabel = "FILE",
      description = "Speaks TLS with these certificates (PEM), the server's own first.")
  private @Nullable Path certificates;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of the certificate (PEM, PKCS#8).")
  private @Nullable Path key;

  @Option(
      names = "--plain-http",
      arity = "0..1",
      fallbackValue = "true",
      description = "Allows listening beyond this machine, and a Keystone beyond it, without TLS.")
  private @Nullable Boolean plainHttp;

  @Option(
      names = "--keystone",
      paramLabel = "URL",
      description = {
        "Takes the tokens of this Keystone, and has neither Identity nor users of its own.",
        "OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME and so on in the environment say as whom to ask it.",
        "The commands that put the service into its catalog are printed after 'ready URL'."
      })
  private @Nullable String keystone;

  @Option(
      names = "--zone",
      paramLabel = "NAME",
      description = "The name of the availability zone. Default: nova.")
  private @Nullable String zone;

  @Option(
      names = "--region",
      paramLabel = "NAME",
      description = "The name of the region in the catalog. Default: RegionOne.")
  private @Nullable String region;

  @Option(
      names = "--strict-delete",
      arity = "0..1",
      fallbackValue = "true",
      description = "Refuses to delete a volume that has snapshots, as Cinder does.")
  private @Nullable Boolean strictDelete;

  @Option(
      names = "--calls-per-second",
      paramLabel = "N",
      description =
          "How many calls a user may make, and a host in nobody's name; 0: any number. Default: 1000.")
  private @Nullable String callsPerSecond;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "How the log on standard error is spelt: text or json. Default: text.")
  private @Nullable String logFormat;

  @Option(
      names = "--reset-admin-password",
      description = "Gives the user admin a new password, and writes DIR/openrc anew.")
  private boolean resetAdminPassword;

  /** A command that runs what {@code opener} opens. */
  public ServeCommand(RunningService.Opener opener) {
    this(opener, System.getenv());
  }

  /** A command that finds settings in {@code environment}, too. */
  public ServeCommand(RunningService.Opener opener, Map<String, String> environment) {
    this.opener = opener;
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (spec == null) {
      throw new IllegalStateException("not run from a command line");
    }
    ServiceSettings settings = settings(spec);
    ConfigFile.begin(settings.data().resolve(CONFIG), meanings(spec));
    PrintWriter out = spec.commandLine().getOut();
    var stop = new CountDownLatch(1);
    var stopped = new CountDownLatch(1);
    var exitCode = new AtomicInteger(ExitCode.FAILED.value());
    // The JVM ends when its hooks do: they wait until the service is closed.
    Thread hook =
        Thread.ofPlatform()
            .unstarted(() -> {
              stop.countDown();
              awaitUninterruptibly(stopped);
              // Being told to stop is no failure; without this the JVM would say 143.
              Runtime.getRuntime().halt(exitCode.get());
            });
    Runtime.getRuntime().addShutdownHook(hook);
    try (RunningService service = opener.open(settings)) {
      out.println("ready " + service.url());
      out.flush();
      PrintWriter err = spec.commandLine().getErr();
      service.hints().forEach(err::println);
      err.flush();
      stop.await();
      exitCode.set(ExitCode.DONE.value());
    } finally {
      stopped.countDown();
      remove(hook);
    }
    return 0;
  }

  /** A service that could not be opened leaves nothing behind that would end the process. */
  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // it runs, has waited for this, and ends the process now
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the file may say, and what that means. */
  private static Map<String, String> meanings(CommandSpec spec) {
    var meanings = new LinkedHashMap<String, String>();
    for (OptionSpec option : spec.options()) {
      String name = name(option);
      if (!NOT_IN_FILE.contains(name)) {
        meanings.put(name, String.join(" ", option.description()));
      }
    }
    return meanings;
  }

  private static String name(OptionSpec option) {
    return option.longestName().replaceFirst("^--", "");
  }

  /** All that is wrong is said at once. */
  private ServiceSettings settings(CommandSpec spec) throws IOException {
    var problems = new ArrayList<String>();
    Set<String> known = meanings(spec).keySet();
    Path folder = new Given(environment, Map.of(), problems).path("data", data);
    Path home = (folder == null ? Path.of("atoll-data") : folder).toAbsolutePath();
    for (String name : environment.keySet()) {
      boolean ours = name.startsWith("ATOLL_") && !OTHER_VARIABLES.contains(name);
      if (ours && known.stream().noneMatch(option -> Given.variable(option).equals(name))) {
        problems.add("unknown variable " + name + " in the environment");
      }
    }
    var given = new Given(environment, file(home, known, problems), problems);
    String where = given.text("listen", listen, "127.0.0.1:8787");
    int colon = where.lastIndexOf(':');
    String host = colon < 0 ? where : where.substring(0, colon).replaceAll("^\\[|]$", "");
    int port = colon < 0 ? -1 : port(where.substring(colon + 1));
    if (port < 0) {
      problems.add("listen: '" + where + "' is not of the form HOST:PORT");
    }
    ServiceSettings.TlsFiles tls =
        tls(given.path("tls-certificates", certificates), given.path("tls-key", key), problems);
    boolean mayBePlain = given.flag("plain-http", plainHttp);
    if (tls == null && !mayBePlain && !Loopback.is("listen", host, problems)) {
      problems.add(
          "listen: without TLS, tokens and passwords would cross the network in the open; give"
              + " --tls-certificates and --tls-key, or allow it with --plain-http");
    }
    LogFormat log = logFormat(given, problems);
    ServiceSettings unsaid = ServiceSettings.in(home);
    var settings =
        new ServiceSettings(
            home,
            database(given, problems),
            host,
            port,
            tls,
            given.text("zone", zone, unsaid.zone()),
            given.text("region", region, unsaid.region()),
            given.flag("strict-delete", strictDelete),
            given.number(
                "calls-per-second", callsPerSecond, unsaid.callsPerSecond(), CALLS_PER_SECOND_MAX),
            resetAdminPassword,
            keystone(given, mayBePlain, problems));
    if (!problems.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), String.join(System.lineSeparator() + "atoll: ", problems));
    }
    log.use(); // what is wrong with the settings is for whoever typed them
    return settings;
  }

  private @Nullable PostgresUrl database(Given given, List<String> problems) {
    String url = given.text("database", database, "");
    try {
      return url.isEmpty() ? null : PostgresUrl.of(url, environment);
    } catch (IllegalArgumentException e) {
      problems.add("database: " + e.getMessage());
      return null;
    }
  }

  private LogFormat logFormat(Given given, List<String> problems) {
    try {
      return LogFormat.of(given.text("log-format", logFormat, LogFormat.TEXT.toString()));
    } catch (IllegalArgumentException e) {
      problems.add("log-format: " + e.getMessage());
      return LogFormat.TEXT;
    }
  }

  private @Nullable KeystoneSettings keystone(
      Given given, boolean mayBePlain, List<String> problems) {
    String url = given.text("keystone", keystone, "");
    if (!url.isEmpty() && resetAdminPassword) {
      problems.add("reset-admin-password: with --keystone there is no user admin here");
    }
    return new KeystoneOption(environment, problems).read(url, mayBePlain);
  }

  private static Map<String, String> file(Path home, Set<String> known, List<String> problems)
      throws IOException {
    Path file = home.resolve(CONFIG);
    return Files.exists(file) ? ConfigFile.read(file, known, problems) : Map.of();
  }

  private static int port(String text) {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
    return port > PORT_MAX ? -1 : port;
  }

  private static ServiceSettings.@Nullable TlsFiles tls(
      @Nullable Path certificates, @Nullable Path key, List<String> problems) {
    if (certificates == null || key == null) {
      if (certificates != null || key != null) {
        problems.add("tls-certificates and tls-key go together: one of them is missing");
      }
      return null;
    }
    for (Path file : List.of(certificates, key)) {
      if (!Files.isReadable(file)) {
        problems.add("there is no file to read at " + file);
      }
    }
    return new ServiceSettings.TlsFiles(certificates, key);
  }
}
