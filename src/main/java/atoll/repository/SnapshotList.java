package atoll.repository;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The snapshots of a repository.
 *
 * @param manifests those that can be read, the earliest point in time first
 * @param unreadable those whose manifest is damaged, or of a kind this version does not know
 */
public record SnapshotList(List<SnapshotManifest> manifests, Map<UUID, IOException> unreadable) {
  public SnapshotList {
    manifests = List.copyOf(manifests);
    unreadable = Map.copyOf(unreadable);
  }
}
