package atoll.cli.repository;

import atoll.cli.JsonOption;
import atoll.format.BlockImage;
import atoll.repository.Repository;
import atoll.repository.SnapshotManifest;
import atoll.repository.SnapshotRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll repository backup}. */
@Command(
    name = "backup",
    description = {
      "Writes a snapshot of an image: a raw or qcow2 file, or a block device.",
      "All of the image is read; only what the repository does not have is stored. Nobody may"
          + " write to the image meanwhile."
    })
final class BackupCommand implements Callable<Integer> {
  /** Whose keys seal what no project owns. */
  private static final UUID DOMAIN = new UUID(0, 0);

  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(index = "1", paramLabel = "IMAGE", description = "What to back up.")
  private Path image = Path.of("");

  @Mixin private ImageFileOptions images = new ImageFileOptions();
  @Mixin private JsonOption json = new JsonOption();
  @Mixin private ProgressBar progress = new ProgressBar();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "What to find it by; the last snapshot of the same name is built upon."
              + " Default: the name of the file.")
  private @Nullable String name;

  @Option(
      names = "--project",
      paramLabel = "UUID",
      description = "The project whose key seals it. Default: none's.")
  private UUID project = DOMAIN;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    PrintWriter err = options.err();
    Instant taken = Instant.now();
    String called = name == null ? String.valueOf(image.getFileName()) : name;
    SnapshotManifest manifest;
    try (BlockImage content = images.open(image);
        RepositoryOptions.Opened opened = options.open();
        ProgressBar.Line line = progress.begin(err, "backup")) {
      UUID parent = parent(opened.repository(), called, content.sizeBytes());
      var request =
          new SnapshotRequest(
              UUID.randomUUID(),
              project,
              parent,
              taken,
              Map.of(SnapshotNames.NAME, called, "source", image.toAbsolutePath().toString()));
      BlockImage whole = parent == null ? content : new WholeImage(content);
      manifest = opened.repository().write(request, whole, line);
    }
    if (json.isAsked()) {
      JsonOption.print(out, SnapshotAnswer.of(manifest));
    } else {
      out.printf(
          "%s  %s: %s read, %s stored%n",
          manifest.id(),
          called,
          Amounts.bytes(manifest.bytesRead()),
          Amounts.bytes(manifest.bytesStored()));
    }
    return 0;
  }

  /** The last snapshot of the same name, if the image can follow it. */
  private @Nullable UUID parent(Repository repository, String called, long sizeBytes)
      throws IOException {
    Optional<SnapshotManifest> last = SnapshotNames.last(repository.list().manifests(), called);
    return last.filter(m -> m.sizeBytes() <= sizeBytes && m.domain().equals(project))
        .map(SnapshotManifest::id)
        .orElse(null);
  }
}
