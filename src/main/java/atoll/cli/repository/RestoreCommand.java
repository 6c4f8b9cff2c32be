package atoll.cli.repository;

import atoll.cli.ExitCode;
import atoll.cli.JsonOption;
import atoll.format.BlockDevice;
import atoll.format.ImageFormat;
import atoll.repository.LostRange;
import atoll.repository.Repository;
import atoll.repository.Restoration;
import atoll.repository.SnapshotManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll repository restore}. */
@Command(
    name = "restore",
    description = {
      "Writes a snapshot to a new file, in which zeros take no space, or onto a block device.",
      "The file has its name only once it is whole and durable; a device is overwritten in place."
    })
final class RestoreCommand implements Callable<Integer> {
  private static final Path DEVICES = Path.of("/dev");
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(
      index = "1",
      paramLabel = "SNAPSHOT",
      description = "Its id, the beginning of its id, or its name; of several of a name the last.")
  private String snapshot = "";

  @Parameters(
      index = "2",
      paramLabel = "OUT",
      description = "The file to be made, or a block device.")
  private Path out = Path.of("");

  @Mixin private ImageFileOptions images = new ImageFileOptions();
  @Mixin private JsonOption json = new JsonOption();
  @Mixin private ProgressBar progress = new ProgressBar();

  @Option(
      names = "--force",
      description = "Replace the file if it is there; overwrite the block device.")
  private boolean isForced;

  @Option(
      names = "--skip-damaged",
      description =
          "Restore what can be read. What cannot is zeros in OUT and listed on standard output;"
              + " the exit code is 3 then.")
  private boolean isDamageSkipped;

  /** A range that is lost, as JSON has it. */
  private record Range(long offset, long length, String reason) {}

  /** What was done, as JSON has it. */
  private record Answer(
      UUID snapshot, String out, long sizeBytes, boolean complete, List<Range> lost) {}

  @Override
  public Integer call() throws IOException {
    ImageFormat format = images.formatOf(out);
    if (format == ImageFormat.VHD) {
      throw options.refused("restore writes raw and qcow2");
    }
    boolean isDevice = BlockDevice.is(out);
    if (isDevice && format != ImageFormat.RAW) {
      throw options.refused("a block device is written raw");
    }
    requireMayWrite(isDevice);
    SnapshotManifest found;
    List<LostRange> lost;
    try (RepositoryOptions.Opened opened = options.open();
        ProgressBar.Line line = progress.begin(options.err(), "restore")) {
      Repository repository = opened.repository();
      found = SnapshotNames.find(repository, snapshot);
      var restoring = new Restoring(begin(repository, found.id()), line);
      lost = isDevice ? restoring.toDevice(out) : restoring.toFile(out, format);
    }
    answer(found, lost);
    return lost.isEmpty() ? 0 : ExitCode.DAMAGED.value();
  }

  private Restoration begin(Repository repository, UUID id) throws IOException {
    return isDamageSkipped ? repository.salvage(id) : repository.restoration(id);
  }

  private void requireMayWrite(boolean isDevice) throws IOException {
    if (isDevice) {
      if (!isForced) {
        throw new FileAlreadyExistsException(
            out.toString(), null, "it is a block device; --force overwrites what it holds");
      }
      return;
    }
    Path absolute = out.toAbsolutePath().normalize();
    if (absolute.startsWith(DEVICES) && !absolute.startsWith(SHARED_MEMORY)) {
      throw new FileSystemException(
          out.toString(), null, "there is no such block device, and no file is made there");
    }
    if (!Files.exists(out)) {
      return;
    }
    if (!Files.isRegularFile(out)) {
      throw new FileSystemException(out.toString(), null, "neither a file nor a block device");
    }
    if (!isForced) {
      throw new FileAlreadyExistsException(
          out.toString(), null, "it is there already; --force replaces it");
    }
  }

  private void answer(SnapshotManifest restored, List<LostRange> lost) {
    PrintWriter answers = options.out();
    if (json.isAsked()) {
      List<Range> ranges =
          lost.stream()
              .map(range -> new Range(range.offsetBytes(), range.lengthBytes(), range.reason()))
              .toList();
      JsonOption.print(
          answers,
          new Answer(restored.id(), out.toString(), restored.sizeBytes(), lost.isEmpty(), ranges));
      return;
    }
    if (lost.isEmpty()) {
      return;
    }
    for (LostRange range : lost) {
      answers.printf(
          "lost: %d bytes at %d: %s%n", range.lengthBytes(), range.offsetBytes(), range.reason());
    }
    long lostBytes = lost.stream().mapToLong(LostRange::lengthBytes).sum();
    answers.printf(
        "%s IS INCOMPLETE: %d bytes in %d ranges could not be read and are zeros in it%n",
        out, lostBytes, lost.size());
  }
}
