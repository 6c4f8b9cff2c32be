package atoll.cli.repository;

import atoll.format.BlockImage;
import atoll.repository.ProgressListener;
import atoll.repository.Repository;
import atoll.repository.SnapshotImage;
import atoll.repository.SnapshotManifest;
import atoll.repository.SnapshotRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atoll repository copy}. */
@Command(
    name = "copy",
    description = {
      "Copies snapshots to another repository, with their ids, names and digests.",
      "What the other has is not copied again; only what changed since a snapshot that both have"
          + " is read."
    })
final class CopyCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions options = new RepositoryOptions();

  @Parameters(index = "1", paramLabel = "URL2", description = "The repository to copy to.")
  private String target = "";

  @Parameters(
      index = "2..*",
      arity = "1..*",
      paramLabel = "SNAPSHOT",
      description = "Ids, beginnings of ids, or names; of several of a name the last.")
  private List<String> snapshots = List.of();

  @Option(
      names = "--to-key",
      paramLabel = "FILE",
      description = "The key file of the other repository. Default: the same.")
  private @Nullable Path targetKey;

  @Option(
      names = "--as-new",
      description =
          "Gives the copies ids of their own: the other repository may have deleted these, and"
              + " never uses an id again.")
  private boolean asNew;

  @Option(
      names = "--to-passphrase-file",
      paramLabel = "FILE",
      description = "The file with the passphrase of the other repository.")
  private @Nullable Path targetPassphrase;

  @Mixin private ProgressBar progress = new ProgressBar();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    PrintWriter err = options.err();
    try (RepositoryOptions.Opened from = options.open();
        RepositoryOptions.Opened to = options.open(target, targetKey, targetPassphrase)) {
      Set<UUID> there = new HashSet<>();
      to.repository().list().manifests().forEach(manifest -> there.add(manifest.id()));
      for (String typed : snapshots) {
        SnapshotManifest snapshot = SnapshotNames.find(from.repository(), typed);
        UUID id = asNew ? UUID.randomUUID() : snapshot.id();
        if (!there.add(id)) {
          out.printf("%s  is there already%n", snapshot.id());
          continue;
        }
        try (ProgressBar.Line line = progress.begin(err, "copy")) {
          SnapshotManifest copy =
              copy(from.repository(), to.repository(), snapshot, id, there, line);
          out.printf(
              "%s  %s read, %s stored%n",
              copy.id(), Amounts.bytes(copy.bytesRead()), Amounts.bytes(copy.bytesStored()));
        }
      }
    }
    return 0;
  }

  private static SnapshotManifest copy(
      Repository from,
      Repository to,
      SnapshotManifest snapshot,
      UUID id,
      Set<UUID> there,
      ProgressListener progress)
      throws IOException {
    UUID parent = commonParent(from, snapshot, there);
    var request =
        new SnapshotRequest(id, snapshot.domain(), parent, snapshot.takenAt(), snapshot.metadata());
    try (SnapshotImage whole = from.open(snapshot.id())) {
      BlockImage image = parent == null ? whole : DifferenceImage.of(from, parent, whole);
      SnapshotManifest copy = to.write(request, image, progress);
      if (!copy.contentDigest().equals(snapshot.contentDigest())) {
        to.delete(copy.id());
        throw new IOException(
            "the copy of snapshot %s has content digest %s instead of %s, and was deleted"
                .formatted(copy.id(), copy.contentDigest(), snapshot.contentDigest()));
      }
      return copy;
    }
  }

  /** The nearest snapshot that it was written upon, directly or not, and that both have. */
  private static @Nullable UUID commonParent(
      Repository from, SnapshotManifest snapshot, Set<UUID> there) throws IOException {
    UUID parent = snapshot.parent();
    while (parent != null && from.exists(parent)) {
      if (there.contains(parent)) {
        return parent;
      }
      parent = from.manifest(parent).parent();
    }
    return null;
  }
}
