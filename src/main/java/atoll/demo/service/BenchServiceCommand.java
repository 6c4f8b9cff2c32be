package atoll.demo.service;

import atoll.cli.ExitCode;
import atoll.db.PostgresUrl;
import atoll.demo.bench.BenchOptions;
import atoll.demo.bench.ProgressLines;
import atoll.demo.bench.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code atoll bench service}: measures the service with very much in its database. */
@Command(
    name = "service",
    description = {
      "Measures the service with very much in its database: fills one, starts a service on it in a process of its own,"
          + " and calls it.",
      "As it comes, it needs 4 GiB of space and a quarter of an hour."
    })
public final class BenchServiceCommand implements Callable<Integer> {
  @Option(
      names = "--database",
      paramLabel = "URL",
      description =
          "A PostgreSQL database with nothing in it: postgresql://USER@HOST:PORT/NAME. It is filled, and left so."
              + " Default: SQLite.")
  private @Nullable String database;

  @Option(
      names = "--volumes",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How many volumes; a fifth in one project. Default: 100000.")
  private int volumes;

  @Option(
      names = "--snapshots",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How many snapshots. Default: 1000000.")
  private int snapshots;

  @Option(
      names = "--backups",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How many backups. Default: 100000.")
  private int backups;

  @Option(
      names = "--projects",
      paramLabel = "N",
      defaultValue = "200",
      description = "In how many projects. Default: 200.")
  private int projects;

  @Option(
      names = "--history-percent",
      paramLabel = "PERCENT",
      defaultValue = "30",
      description = "How many deleted ones there are for each hundred others. Default: 30.")
  private int historyPercent;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Decides all that is left to chance. Default: 1.")
  private long seed;

  @Option(
      names = "--calls",
      paramLabel = "N",
      defaultValue = "30",
      description = "How often each call is made. Default: 30.")
  private int calls;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "15",
      description = "How long mixed reads go on. Default: 15.")
  private int seconds;

  @Option(names = "--json", description = "Prints all figures as JSON, instead of a table.")
  private boolean isJson;

  @Mixin private BenchOptions options = new BenchOptions();

  @Option(names = "--keep", description = "Leaves the service's folder where it is.")
  private boolean isKept;

  @Option(
      names = "--filled",
      paramLabel = "DIR",
      description = "Measures what an earlier run kept here, instead of filling a database.")
  private @Nullable Path filled;

  @Override
  public Integer call() throws IOException {
    CommandSpec command = options.command();
    Sizes sizes = sizes(command);
    PostgresUrl postgres = postgres(command);
    if (calls < 1 || seconds < 1) {
      throw new ParameterException(command.commandLine(), "calls and seconds: say at least 1");
    }
    if (filled != null && !Files.exists(filled.resolve("openrc"))) {
      throw new ParameterException(command.commandLine(), filled + " has no openrc in it");
    }
    return options.run(() -> run(sizes, postgres));
  }

  private ExitCode run(Sizes sizes, @Nullable PostgresUrl postgres)
      throws IOException, InterruptedException {
    ProgressLines progress = options.progress();
    try (WorkFolder folder = options.workFolder(isKept)) {
      Path data = filled == null ? folder.path().resolve("data") : filled.toAbsolutePath();
      if (isKept) {
        progress.say("all is kept in " + data);
      }
      var bench = new ServiceBench(data, database, postgres, sizes, progress);
      if (filled == null) {
        bench.fill();
      }
      Report report = bench.measure(calls, seconds);
      options.out().print(isJson ? report.json() : report.text());
      options.out().flush();
      return ExitCode.DONE;
    }
  }

  private Sizes sizes(CommandSpec command) {
    try {
      return new Sizes(volumes, snapshots, backups, projects, historyPercent, seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private @Nullable PostgresUrl postgres(CommandSpec command) {
    try {
      return database == null ? null : PostgresUrl.of(database, System.getenv());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "database: " + e.getMessage(), e);
    }
  }
}
