package atoll.demo;

import atoll.demo.bench.FileTree;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code atoll demo}: tells a chapter of the tour, proves it, and ends with a table of figures. */
@Command(
    name = "demo",
    description = {
      "Shows Atoll's main job on a real guest, and proves it: snapshots of a running machine into a repository, and back.",
      "Takes about two minutes. Ends with 0 only if every byte was proven."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final String MAIN = "main";

  private final Installation.Opener opener;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "CHAPTER",
      arity = "0..1",
      defaultValue = MAIN,
      description = "What to show; there is one chapter: ${DEFAULT-VALUE}.")
  private String chapter = MAIN;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Writes the figures to FILE, as JSON.")
  private @Nullable Path report;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where everything is kept; must be empty or not there. Default: a temporary folder.")
  private @Nullable Path data;

  @Option(names = "--keep", description = "Leaves the folder and the restored machine as they are.")
  private boolean keep;

  /** A command that tells its story on what {@code opener} opens. */
  public DemoCommand(Installation.Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (spec == null) {
      throw new IllegalStateException("not run from a command line");
    }
    if (!chapter.equals(MAIN)) {
      throw new ParameterException(
          spec.commandLine(), "There is no chapter '" + chapter + "', only '" + MAIN + "'.");
    }
    requireReportFolder();
    Path guest = guestFolder();
    Path folder = dataFolder();
    PrintWriter out = spec.commandLine().getOut();
    var story = new Story(out, isTerminal());
    out.println("Atoll's main job, end to end.");
    story.say("everything is kept in " + folder);
    long start = System.nanoTime();
    Figures figures = tell(story, guest, folder);
    printTable(out, figures, (System.nanoTime() - start) / 1e9);
    if (report != null) {
      Files.writeString(report, json(figures));
    }
    if (keep) {
      Path run = folder.resolve("atoll").resolve("run");
      out.println("The restored machine still runs; end it with: kill $(cat " + run + "/*/pid)");
    }
    return figures.verified() ? 0 : 1;
  }

  private Figures tell(Story story, Path guest, Path folder)
      throws IOException, InterruptedException {
    Path work = Files.createDirectory(folder.resolve("work"));
    try (Installation atoll = opener.open(folder.resolve("atoll"))) {
      try {
        return new MainChapter(story, atoll, guest, work).tell();
      } finally {
        if (!keep) {
          endMachines(atoll);
        }
      }
    } finally {
      if (!keep) {
        new FileTree(data == null ? folder : work).delete();
        new FileTree(folder.resolve("atoll")).delete();
      }
    }
  }

  private static void endMachines(Installation atoll) throws IOException, InterruptedException {
    for (var instance : atoll.engine().instances().list()) {
      atoll.engine().instances().delete(instance.id());
    }
  }

  /** Better known now than in two minutes. */
  private void requireReportFolder() throws IOException {
    Path parent = report == null ? null : report.toAbsolutePath().getParent();
    if (parent != null && !Files.isWritable(parent)) {
      throw new IOException("the report " + report + " cannot be written: no folder " + parent);
    }
  }

  /** Where the test guest is, which can be booted. */
  static Path guestFolder() throws IOException {
    String folder = System.getProperty("atoll.guest");
    if (folder == null || !Files.exists(Path.of(folder, "boot.raw"))) {
      throw new IOException(
          "no guest to boot at "
              + folder
              + ": run guest/build-guest.sh DIR, and Java with -Datoll.guest=DIR; './atoll demo' does both");
    }
    return Path.of(folder);
  }

  private Path dataFolder() throws IOException {
    if (data == null) {
      return Files.createTempDirectory("atoll-demo-");
    }
    Files.createDirectories(data);
    try (var files = Files.list(data)) {
      if (files.findAny().isPresent()) {
        throw new IOException(data + " is not empty: name a folder that is, or does not exist");
      }
    }
    return data.toAbsolutePath();
  }

  @SuppressWarnings("SystemConsoleNull") // it is null again since Java 25, without a terminal
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static String json(Figures figures) {
    return JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(figures)
        + "\n";
  }

  private static void printTable(PrintWriter out, Figures figures, double seconds) {
    out.println();
    out.println("Figures");
    row(out, "take, median (making of layers included)", "%.1f ms", figures.takeMillis());
    row(out, "take, longest", "%.1f ms", figures.takeMaxMillis());
    row(out, "guest's longest gap around a take, median", "%.1f ms", figures.guestGapMillis());
    row(
        out,
        "guest's gaps when quiet, 99th percentile",
        "%.1f ms",
        figures.guestGapBaselineMillis());
    row(out, "first snapshot: read", "%,.1f MiB", figures.fullBytesRead() / 1048576.0);
    row(out, "first snapshot: stored", "%,.1f MiB", figures.fullBytesStored() / 1048576.0);
    row(out, "second snapshot: changed", "%,.1f MiB", figures.incrementBytesChanged() / 1048576.0);
    row(out, "second snapshot: read", "%,.1f MiB", figures.incrementBytesRead() / 1048576.0);
    row(out, "second snapshot: stored", "%,.1f MiB", figures.incrementBytesStored() / 1048576.0);
    row(out, "restore of both volumes", "%,.0f ms", figures.restoreMillis());
    row(out, "boot, to the guest's first word", "%,.0f ms", figures.bootMillis());
    row(out, "in all", "%.0f s", seconds);
    out.println(figures.verified() ? "Every byte was proven." : "NOT PROVEN.");
    out.flush();
  }

  private static void row(PrintWriter out, String name, String format, double value) {
    out.printf(Locale.ROOT, "  %-44s %s%n", name, format.formatted(value));
  }
}
