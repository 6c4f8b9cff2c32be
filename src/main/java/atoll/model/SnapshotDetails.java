package atoll.model;

import java.util.Map;

/**
 * A snapshot with what its owner sees around it.
 *
 * @param metadata what its owner notes
 */
public record SnapshotDetails(Snapshot snapshot, Map<String, String> metadata) {
  public SnapshotDetails {
    metadata = Map.copyOf(metadata);
  }
}
