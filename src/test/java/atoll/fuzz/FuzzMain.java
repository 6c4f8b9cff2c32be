package atoll.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code ./atoll fuzz}: Jazzer in a process for each target, and a report. */
@Command(
    name = "atoll fuzz",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Feeds broken bytes to what reads bytes from outside, guided by coverage.",
    footer = {"", "Exit codes: 0 nothing was found, 1 something was, 2 the command line is wrong."})
final class FuzzMain implements Callable<Integer> {
  private static final Duration DEFAULT_TIME = Duration.ofMinutes(1);
  private static final Path WORK = Path.of("target/fuzz");

  /**
   * A target's process; its heap is small so that what asks for memory without a bound is found.
   */
  private static final List<String> JVM =
      List.of(
          "-Xmx256m",
          "-XX:MaxDirectMemorySize=64m",
          "-XX:+UseSerialGC",
          "-XX:+EnableDynamicAgentLoading",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dlogback.configurationFile=fuzz-logback.xml");

  /**
   * What asks and answers in the place of others, of which to go through all is no aim; and a class
   * that only adds bytes up, where to watch each costs more than all else.
   */
  private static final List<String> UNWATCHED =
      List.of(
          "atoll.fuzz.**",
          "atoll.format.ImageExam*",
          "atoll.format.Memory*",
          "atoll.hypervisor.qemu.Script",
          "atoll.format.vhd.VhdFormat");

  private static final List<String> JAZZER =
      List.of(
          "--target_class=" + JazzerTarget.class.getName(),
          "--instrumentation_includes=atoll.**",
          "--instrumentation_excludes=" + String.join(":", UNWATCHED),
          "--custom_hook_includes=atoll.**",
          "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.*",
          "-max_len=8192",
          "-timeout=20",
          "-rss_limit_mb=2048",
          "-print_final_stats=1");

  @Parameters(paramLabel = "TARGET", description = "what to feed; everything if none is named")
  private List<String> targets = new ArrayList<>();

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description = "how long for each target, as 90s, 10m or 2h; default: 1m",
      converter = TimeConverter.class)
  private @Nullable Duration time;

  @Option(
      names = "--executions",
      paramLabel = "N",
      description =
          "go on with each target until it has this many executions in all its runs together, or"
              + " until its time is over if there is one; a target that is no parser takes a"
              + " hundredth")
  private @Nullable Long executions;

  @Option(
      names = "--list",
      description = "only say which targets there are, and how many executions they had")
  private boolean list;

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "feed one file to the one TARGET, and say what happens")
  private @Nullable Path replay;

  private FuzzMain() {}

  /** Times as people write them. */
  static final class TimeConverter implements CommandLine.ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      if (!text.matches("[1-9][0-9]{0,5}[smh]")) {
        throw new CommandLine.TypeConversionException("'" + text + "' is not like 90s, 10m or 2h");
      }
      return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    }
  }

  /** What a run of one target came to. */
  private record Outcome(
      FuzzTargets target, long executions, long inAll, long seconds, List<Path> findings) {
    String line() {
      return "%-14s %,12d %,10d %,14d %9d"
          .formatted(
              target.word(), executions, executions / Math.max(1, seconds), inAll, findings.size());
    }
  }

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FuzzMain()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      for (FuzzTargets target : FuzzTargets.values()) {
        System.out.printf("%-14s %,14d  %s%n", target.word(), count(target).inAll(), target.what());
      }
      return 0;
    }
    List<FuzzTargets> chosen = chosen();
    if (replay != null) {
      return replay(chosen, replay);
    }
    var outcomes = new ArrayList<Outcome>();
    for (FuzzTargets target : chosen) {
      long left = executions == null ? -1 : target.share(executions) - count(target).inAll();
      if (executions == null || left > 0) {
        outcomes.add(run(target, left));
      }
    }
    return report(outcomes);
  }

  private List<FuzzTargets> chosen() {
    try {
      return targets.isEmpty()
          ? List.of(FuzzTargets.values())
          : targets.stream().map(FuzzTargets::of).toList();
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(new CommandLine(this), e.getMessage());
    }
  }

  private int replay(List<FuzzTargets> chosen, Path file) throws Exception {
    if (chosen.size() != 1) {
      throw new CommandLine.ParameterException(
          new CommandLine(this), "--replay needs the one target that is fed");
    }
    try (FuzzTarget target = chosen.getFirst().make(JazzerTarget.folder())) {
      target.feed(Files.readAllBytes(file));
    }
    System.out.println(file + ": nothing is wrong with that");
    return 0;
  }

  private static ExecutionCount count(FuzzTargets target) {
    return new ExecutionCount(WORK.resolve(target.word()));
  }

  /**
   * Runs a target.
   *
   * @param executionsMax how often; as often as there is time for if negative
   */
  private Outcome run(FuzzTargets target, long executionsMax) throws Exception {
    Path folder = WORK.resolve(target.word());
    Files.createDirectories(folder.resolve("corpus"));
    Path seeds = Files.createDirectories(folder.resolve("seeds"));
    writeSeeds(target, seeds);
    List<Path> before = findings(folder);
    System.out.printf("%s: %s%n", target.word(), target.what());
    Path log = folder.resolve("log");
    long began = System.nanoTime();
    Process jazzer =
        new ProcessBuilder(command(target, executionsMax))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    ExecutionCount count = count(target);
    int code = waitFor(jazzer, () -> count.add(log));
    long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
    var found = new ArrayList<>(findings(folder));
    found.removeAll(before);
    if (code != 0 && found.isEmpty()) {
      found.add(log); // it died of something for which it kept no input
    }
    long executed = count.add(log);
    return new Outcome(target, executed, count.inAll(), seconds, found);
  }

  private List<String> command(FuzzTargets target, long executionsMax) {
    Path folder = WORK.resolve(target.word());
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.add("-D" + JazzerTarget.TARGET + "=" + target.word());
    command.addAll(List.of("-cp", classPath()));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.addAll(JAZZER);
    command.add("--reproducer_path=" + folder);
    command.add("-artifact_prefix=" + folder + File.separator);
    if (executionsMax >= 0) {
      command.add("-runs=" + executionsMax);
    }
    if (time != null || executionsMax < 0) {
      command.add("-max_total_time=" + (time == null ? DEFAULT_TIME : time).toSeconds());
    }
    command.addAll(
        List.of(folder.resolve("corpus").toString(), folder.resolve("seeds").toString()));
    if (Files.isDirectory(target.corpus())) {
      command.add(target.corpus().toString());
    }
    return command;
  }

  /** An interrupted run leaves no process behind, and is counted. */
  private static int waitFor(Process jazzer, Callable<Long> count) throws InterruptedException {
    var end =
        new Thread(() -> {
          jazzer.destroy();
          jazzer.onExit().join();
          try {
            count.call();
          } catch (Exception e) {
            System.err.println("the executions of this run are not counted: " + e);
          }
        });
    Runtime.getRuntime().addShutdownHook(end);
    int code = jazzer.waitFor();
    try {
      Runtime.getRuntime().removeShutdownHook(end);
    } catch (IllegalStateException e) {
      end.join(); // the JVM is ending: it is under way
    }
    return code;
  }

  private static void writeSeeds(FuzzTargets target, Path folder) throws IOException {
    try (FuzzTarget made = target.make(JazzerTarget.folder())) {
      int number = 0;
      for (byte[] seed : made.seeds()) {
        Files.write(folder.resolve("seed-" + number++), seed);
      }
    }
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static List<Path> findings(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("(crash|timeout|oom)-.*"))
          .sorted()
          .toList();
    }
  }

  private static int report(List<Outcome> outcomes) {
    System.out.printf(
        "%n%-14s %12s %10s %14s %9s%n",
        "target", "executions", "a second", "in all runs", "findings");
    outcomes.forEach(outcome -> System.out.println(outcome.line()));
    int found = 0;
    for (Outcome outcome : outcomes) {
      for (Path finding : outcome.findings()) {
        found++;
        System.out.printf(
            "%n%s found a bug; what happened is at the end of %s%n  ./atoll fuzz %s --replay %s%n",
            outcome.target().word(),
            WORK.resolve(outcome.target().word()).resolve("log"),
            outcome.target().word(),
            finding);
      }
    }
    return found == 0 ? 0 : 1;
  }
}
