package atoll.demo.bench;

import atoll.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code atoll bench repository}: measures backups beside other tools that make backups. */
@Command(
    name = "repository",
    description = {
      "Measures backup, restore and verifying of a disk image: Atoll, restic, borg and qemu-img, one after the other.",
      "The image is made of this host's files, if none is named. What is restored is compared with it, byte for byte.",
      "Ends with 3 if a tool restored something else, with 1 if one failed."
    })
public final class BenchRepositoryCommand implements Callable<Integer> {
  private static final long SIZE_BYTES = 8L << 30;
  private static final long CONTENT_BYTES_MAX = 3L << 30;
  private static final int ROUNDS = 3;
  private static final long QUICK_SIZE_BYTES = 256L << 20;
  private static final long QUICK_CONTENT_BYTES = 64L << 20;
  private static final int ROUNDS_MAX = 100;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "Backs up a copy of this raw image or block device, instead of making one.")
  private @Nullable Path image;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = "The size of the disk to be made, such as 512M. Default: 8G.")
  private @Nullable Long sizeBytes;

  @Option(
      names = "--content-bytes",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description = "How much of it files fill at most. Default: 3G, or 3/8 of a smaller disk.")
  private @Nullable Long contentBytes;

  @Option(
      names = "--change-percent",
      paramLabel = "PERCENT",
      defaultValue = "3",
      description = "How much of the data changes before the second backup. Default: 3.")
  private double changePercent = 3;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Decides which files and which changes. Default: 1.")
  private long seed = 1;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often all is done; the table has medians. Default: 3.")
  private @Nullable Integer rounds;

  @Option(
      names = "--quick",
      description = "One round on a disk of 256 MiB: shows that it works, measures little.")
  private boolean isQuick;

  @Option(
      names = "--without",
      paramLabel = "TOOL",
      description = "Leaves a tool out: restic, borg or qemu-img. May be said several times.")
  private Set<String> without = new HashSet<>();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Writes every figure of every round to FILE, as JSON.")
  private @Nullable Path report;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Writes the table to FILE, for a document.")
  private @Nullable Path markdown;

  @Mixin private BenchOptions options = new BenchOptions();

  @Option(names = "--keep", description = "Leaves images and repositories where they are.")
  private boolean isKept;

  @Override
  public Integer call() throws IOException {
    ImageSpec imageSpec = imageSpec(options.command());
    int wantedRounds = rounds(options.command());
    requireKnown(options.command());
    requireFolder(report);
    requireFolder(markdown);
    return options.run(() -> run(imageSpec, wantedRounds));
  }

  private ExitCode run(ImageSpec imageSpec, int wantedRounds)
      throws IOException, InterruptedException {
    Report found;
    try {
      found = measure(imageSpec, wantedRounds, options.progress());
    } catch (MissingProgramException e) {
      options.err().println("atoll: " + e.getMessage());
      return ExitCode.MISSING;
    }
    tell(found, options.out());
    return switch (found.outcome()) {
      case DONE -> ExitCode.DONE;
      case WRONG -> ExitCode.DAMAGED;
      case FAILED -> ExitCode.FAILED;
    };
  }

  private Report measure(ImageSpec imageSpec, int wantedRounds, ProgressLines progress)
      throws IOException, InterruptedException {
    Programs programs = Programs.ofHost();
    String time = programs.require("time", "time");
    try (WorkFolder folder = options.workFolder(isKept)) {
      if (isKept) {
        progress.say("all is kept in " + folder.path());
      }
      var children = new Children(time, folder.path());
      return new RepositoryBench(programs, folder, children, progress)
          .run(imageSpec, wantedRounds, without);
    }
  }

  private void tell(Report found, PrintWriter out) throws IOException {
    var table = new FigureTable(found);
    out.print(table.text());
    out.flush();
    if (report != null) {
      Files.writeString(report, found.json());
    }
    if (markdown != null) {
      Files.writeString(markdown, table.markdown());
    }
  }

  private ImageSpec imageSpec(CommandSpec command) {
    long size = sizeBytes != null ? sizeBytes : isQuick ? QUICK_SIZE_BYTES : SIZE_BYTES;
    long usualContent = isQuick ? QUICK_CONTENT_BYTES : Math.min(CONTENT_BYTES_MAX, size / 8 * 3);
    long content = contentBytes != null ? contentBytes : Math.min(usualContent, size / 8 * 3);
    try {
      return new ImageSpec(image, size, content, changePercent / 100, seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private int rounds(CommandSpec command) {
    int wanted = rounds != null ? rounds : isQuick ? 1 : ROUNDS;
    if (wanted < 1 || wanted > ROUNDS_MAX) {
      throw new ParameterException(
          command.commandLine(), wanted + " rounds: say 1 to " + ROUNDS_MAX);
    }
    return wanted;
  }

  private void requireKnown(CommandSpec command) {
    for (String name : without) {
      if (!Tools.PACKAGES.containsKey(name)) {
        throw new ParameterException(
            command.commandLine(),
            "'%s' cannot be left out: say one of %s"
                .formatted(name, String.join(", ", Tools.PACKAGES.keySet())));
      }
    }
  }

  /** Better known now than in an hour. */
  private static void requireFolder(@Nullable Path file) throws IOException {
    Path parent = file == null ? null : file.toAbsolutePath().getParent();
    if (parent != null && !Files.isWritable(parent)) {
      throw new IOException(file + " cannot be written: no folder " + parent);
    }
  }
}
