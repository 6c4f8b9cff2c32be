package atoll.demo.service;

import atoll.db.PostgresUrl;
import atoll.demo.bench.Machine;
import atoll.demo.bench.Programs;
import atoll.demo.bench.ProgressLines;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import tools.jackson.databind.JsonNode;

/** Fills the database of a service, and measures the service. */
final class ServiceBench {
  private static final int STARTS = 3;
  private static final int CONNECTIONS = 8;
  private static final Duration WARM_UP = Duration.ofSeconds(5);

  /** No secret: the service is here alone, and gone in a moment. */
  private static final String PASSWORD = "bench-of-the-service";

  private final Path data;
  private final @Nullable String database;
  private final @Nullable PostgresUrl postgres;
  private final Sizes sizes;
  private final ProgressLines progress;
  private final List<Double> emptyStarts = new ArrayList<>();
  private double fillSeconds;

  /**
   * @param data the service's folder
   * @param database where it is, as the service is told; null for one in the folder
   * @param postgres the same, read
   */
  ServiceBench(
      Path data,
      @Nullable String database,
      @Nullable PostgresUrl postgres,
      Sizes sizes,
      ProgressLines progress) {
    this.data = data;
    this.database = database;
    this.postgres = postgres;
    this.sizes = sizes;
    this.progress = progress;
  }

  /** Has a service make its tables, and fills them. */
  void fill() throws IOException, InterruptedException {
    Files.createDirectories(data);
    start().close(); // makes all that a later start finds
    for (int i = 0; i < STARTS; i++) {
      emptyStarts.add(startSeconds());
    }
    long start = System.nanoTime();
    Object _ =
        progress.during(
            "filling the database: " + sizes.line(),
            () -> {
              try (Connection connection = connect()) {
                connection.setAutoCommit(false);
                new Population(connection, sizes, Instant.now()).fill();
                connection.commit();
                settle(connection);
              } catch (SQLException e) {
                throw new IOException("the database could not be filled: " + e.getMessage(), e);
              }
              return sizes;
            });
    fillSeconds = (System.nanoTime() - start) / 1e9;
  }

  /** What PostgreSQL does by itself within a minute. */
  private void settle(Connection connection) throws SQLException {
    if (postgres != null) {
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.execute("vacuum analyze");
      }
    }
  }

  private Connection connect() throws SQLException {
    if (postgres == null) {
      var properties = new Properties();
      properties.put("synchronous", "OFF");
      properties.put("cache_size", "-400000");
      return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("atoll.db"), properties);
    }
    PGSimpleDataSource source = postgres.source();
    source.setReWriteBatchedInserts(true);
    return source.getConnection();
  }

  private ServiceProcess start() throws IOException {
    return ServiceProcess.start(data, database);
  }

  private double startSeconds() throws IOException {
    try (ServiceProcess service = start()) {
      return service.startTime().toMillis() / 1e3;
    }
  }

  /**
   * Measures the service.
   *
   * @param calls how often each call is made
   * @param seconds how long mixed reads go on
   */
  Report measure(int calls, int seconds) throws IOException, InterruptedException {
    var starts = new ArrayList<Double>();
    for (int i = 1; i < STARTS; i++) {
      starts.add(progress.during("a start", this::startSeconds));
    }
    try (ServiceProcess service = progress.during("a start", this::start);
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      starts.add(service.startTime().toMillis() / 1e3);
      long startedBytes = service.memory().bytes();
      Caller admin = Caller.loginAdmin(http, service);
      Caller member = member(http, service, admin);
      List<Figure> figures = new Calls(service, member, admin, calls, progress).measure();
      List<Load> loads = loads(service, new MixedReads(member), seconds);
      ServiceProcess.Memory memory = service.memory();
      return new Report(
          Instant.now().toString(),
          Machine.of(data),
          postgres == null ? "SQLite" : "PostgreSQL",
          sizes,
          postgres == null ? Files.size(data.resolve("atoll.db")) : null,
          fillSeconds,
          emptyStarts,
          starts,
          startedBytes,
          memory.bytes(),
          memory.peakBytes(),
          figures,
          loads);
    }
  }

  /** A new member of the largest project, who may have as much as he likes. */
  private static Caller member(HttpClient http, ServiceProcess service, Caller admin)
      throws IOException, InterruptedException {
    String project = Population.projectName(0);
    String name = "bench-" + Instant.now().toEpochMilli();
    JsonNode user =
        identity(
            admin,
            "POST",
            "/users",
            "{\"user\": {\"name\": \"%s\", \"password\": \"%s\"}}".formatted(name, PASSWORD));
    JsonNode projects = identity(admin, "GET", "/projects?name=" + project, null);
    JsonNode roles = identity(admin, "GET", "/roles?name=member", null);
    String projectId = projects.get("projects").get(0).get("id").asString();
    byte[] _ =
        admin.call(
            "PUT",
            "/identity/v3/projects/%s/users/%s/roles/%s"
                .formatted(
                    projectId,
                    user.get("user").get("id").asString(),
                    roles.get("roles").get(0).get("id").asString()),
            null);
    byte[] _ =
        admin.volume(
            "PUT",
            "/os-quota-sets/" + projectId,
            "{\"quota_set\": {\"volumes\": 10000000, \"snapshots\": 10000000, \"gigabytes\": 1000000000}}");
    return Caller.login(http, service.url(), name, PASSWORD, project);
  }

  private static JsonNode identity(Caller admin, String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    return Caller.JSON.readTree(admin.call(method, "/identity/v3" + path, body));
  }

  /** On all processors, and on one, where the host can see to that. */
  private List<Load> loads(ServiceProcess service, MixedReads reads, int seconds)
      throws IOException, InterruptedException {
    var length = Duration.ofSeconds(seconds);
    int all = Runtime.getRuntime().availableProcessors();
    var loads = new ArrayList<Load>();
    loads.add(
        progress.during(
            "mixed reads",
            () -> {
              Load _ = reads.measure(service, CONNECTIONS, all, WARM_UP);
              return reads.measure(service, CONNECTIONS, all, length);
            }));
    String taskset = Programs.ofHost().find("taskset").map(Path::toString).orElse(null);
    if (taskset == null) {
      progress.say("not measured on one processor: there is no taskset (util-linux)");
      return loads;
    }
    int code =
        new ProcessBuilder(taskset, "-a", "-c", "-p", "0", String.valueOf(service.pid()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException("taskset ended with " + code);
    }
    loads.add(
        progress.during(
            "mixed reads, with one processor for the service",
            () -> reads.measure(service, CONNECTIONS, 1, length)));
    return loads;
  }
}
