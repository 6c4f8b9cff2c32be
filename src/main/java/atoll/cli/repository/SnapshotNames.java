package atoll.cli.repository;

import atoll.repository.Repository;
import atoll.repository.SnapshotManifest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The snapshots of a repository by what people call them. */
final class SnapshotNames {
  /** Where a snapshot's metadata has the name that it was backed up under. */
  static final String NAME = "name";

  private static final int PREFIX_MIN = 4;

  private SnapshotNames() {}

  /** The name of a snapshot, empty if it has none. */
  static String nameOf(SnapshotManifest manifest) {
    return manifest.metadata().getOrDefault(NAME, "");
  }

  /**
   * Finds a snapshot by its id, the beginning of its id, or its name; of several of one name the
   * last.
   *
   * @throws IOException if there is none, or an id begins so of several
   */
  static SnapshotManifest find(Repository repository, String typed) throws IOException {
    try {
      return repository.manifest(UUID.fromString(typed));
    } catch (IllegalArgumentException e) {
      // no whole id
    }
    List<SnapshotManifest> all = repository.list().manifests();
    Optional<SnapshotManifest> named = last(all, typed);
    if (named.isPresent()) {
      return named.get();
    }
    List<SnapshotManifest> begun =
        typed.length() < PREFIX_MIN
            ? List.of()
            : all.stream().filter(m -> m.id().toString().startsWith(typed)).toList();
    if (begun.size() > 1) {
      throw new IOException(
          "the ids of %d snapshots begin with '%s'".formatted(begun.size(), typed));
    }
    if (begun.isEmpty()) {
      throw new IOException(
          "there is no snapshot of id or name '%s'; atoll repository list shows those there are"
              .formatted(typed));
    }
    return begun.getFirst();
  }

  /** The last snapshot of a name, if there is one. */
  static Optional<SnapshotManifest> last(List<SnapshotManifest> all, String name) {
    return all.stream().filter(m -> nameOf(m).equals(name)).reduce((_, later) -> later);
  }
}
