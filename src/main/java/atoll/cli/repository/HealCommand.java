package atoll.cli.repository;

import atoll.cli.ExitCode;
import atoll.cli.JsonOption;
import atoll.format.BlockImage;
import atoll.repository.HealReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code atoll repository heal}. */
@Command(
    name = "heal",
    description = {
      "Verifies everything, and writes what is damaged anew if the same content is whole"
          + " elsewhere.",
      "All snapshots that need it can be read again. What is left is named; the exit code is 3"
          + " then."
    })
final class HealCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(
      index = "1..*",
      paramLabel = "IMAGE",
      description =
          "Images that may hold what is damaged, such as those that were backed up, in any state."
              + " Default: only the repository itself is looked into.")
  private List<Path> sources = List.of();

  @Mixin private ImageFileOptions images = new ImageFileOptions();
  @Mixin private JsonOption json = new JsonOption();
  @Mixin private ProgressBar progress = new ProgressBar();

  @Override
  public Integer call() throws IOException {
    var opened = new ArrayList<BlockImage>();
    HealReport report;
    try {
      for (Path source : sources) {
        opened.add(images.open(source));
      }
      report = heal(opened);
    } finally {
      for (BlockImage image : opened) {
        image.close();
      }
    }
    if (json.isAsked()) {
      JsonOption.print(options.out(), report);
    } else {
      print(options.out(), report);
    }
    return report.left().isEmpty() ? 0 : ExitCode.DAMAGED.value();
  }

  private HealReport heal(Collection<BlockImage> from) throws IOException {
    try (RepositoryOptions.Opened opened = options.open();
        ProgressBar.Line line = progress.begin(options.err(), "heal")) {
      return opened.repository().heal(from, line);
    }
  }

  private static void print(PrintWriter out, HealReport report) {
    VerifyCommand.print(out, report.left());
    out.printf(
        "%d chunks and nodes healed, %s written: %s%n",
        report.healed(),
        Amounts.bytes(report.bytesWritten()),
        report.left().isEmpty()
            ? "all is as it was written"
            : report.left().size() + " are still damaged");
  }
}
