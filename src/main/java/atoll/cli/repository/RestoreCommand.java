package atoll.cli.repository;

import atoll.format.ImageFormat;
import atoll.repository.Repository;
import atoll.repository.SnapshotManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll repository restore}. */
@Command(
    name = "restore",
    description = {
      "Writes a snapshot to a new file, in which zeros take no space.",
      "The file has its name only once it is whole and durable."
    })
final class RestoreCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(
      index = "1",
      paramLabel = "SNAPSHOT",
      description = "Its id, the beginning of its id, or its name; of several of a name the last.")
  private String snapshot = "";

  @Parameters(index = "2", paramLabel = "OUT", description = "The file to be made.")
  private Path out = Path.of("");

  @Mixin private ImageFileOptions images = new ImageFileOptions();
  @Mixin private ProgressBar progress = new ProgressBar();

  @Option(names = "--force", description = "Replace the file if it is there.")
  private boolean isForced;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = options.err();
    ImageFormat format = images.formatOf(out);
    if (format == ImageFormat.VHD) {
      throw options.refused("restore writes raw and qcow2");
    }
    if (Files.exists(out) && !isForced) {
      throw new FileAlreadyExistsException(
          out.toString(), null, "it is there already; --force replaces it");
    }
    try (RepositoryOptions.Opened opened = options.open();
        ProgressBar.Line line = progress.begin(err, "restore")) {
      Repository repository = opened.repository();
      SnapshotManifest found = SnapshotNames.find(repository, snapshot);
      Restoring.restore(repository, found, out, format, line);
    }
    return 0;
  }
}
